package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.federation.Tiny;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;

/** The advice in messages about model folders, adapters, generate and compare works. */
@Slow
class AdviceFilesTest extends TinyJob {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "truncation_side | \"left\" | set it to right | \"right\"",
        "split_special_tokens | true | set it to false | false",
        "tokenizer_class | \"FunnelTokenizer\" | set tokenizer_class to PreTrainedTokenizerFast | \"PreTrainedTokenizerFast\"",
      })
  void ofATokenizersConfiguration(String key, String wrong, String says, String right)
      throws IOException {
    Path file = tiny.model().resolve("tokenizer_config.json");
    Files.writeString(file, "{\"%s\": %s}".formatted(key, wrong));
    assertThat(checkTrain()).contains(says);
    Files.writeString(file, "{\"%s\": %s}".formatted(key, right));
    assertThat(checkTrain()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "model.safetensors | <html>not found</html> | download it again",
        "model.safetensors | 1234 | copy it again",
        "config.json | { | copy or write it again",
        "config.json | [] | copy or write it again",
        "tokenizer.json | { | copy it again from its model",
        "tokenizer.json | {} | copy it again from its model",
      })
  void ofADamagedFileOfAModel(String name, String damaged, String says) throws IOException {
    Path file = tiny.model().resolve(name);
    byte[] copy = Files.readAllBytes(file);
    Files.writeString(file, damaged);
    assertThat(checkTrain()).contains(name, says);
    Files.write(file, copy);
    assertThat(checkTrain()).isEmpty();
  }

  /** A copy of the model's tokenizer would have the same dropout. */
  @Test
  void ofATokenizerWithDropout() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("bpe"));
    for (String file : new String[] {"config.json", "model.safetensors", "tokenizer.json"}) {
      Files.copy(GoldenCases.of("llama_gqa").resolve(file), folder.resolve(file));
    }
    Path file = folder.resolve("tokenizer.json");
    ObjectNode tokenizer = (ObjectNode) JSON.readTree(file.toFile());
    ((ObjectNode) tokenizer.get("model")).put("dropout", 0.1);
    JSON.writeValue(file.toFile(), tokenizer);
    String[] sets = {
      "model={path: '%s', maxLength: 64}".formatted(folder),
      "data.prompt='{text}'",
      "data.answer=label"
    };
    assertThat(checkTrain(sets)).contains("set it to null").doesNotContain("copy the file again");
    ((ObjectNode) tokenizer.get("model")).putNull("dropout");
    JSON.writeValue(file.toFile(), tokenizer);
    assertThat(checkTrain(sets)).isEmpty();
  }

  /** A folder that lacks one of the two files is wrong input, not a failure. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "adapter_config.json | | name a folder as save_pretrained of peft writes it",
        "adapter_model.safetensors | | check the path",
        "adapter_model.safetensors | adapter_model.bin | save_pretrained(dir)",
      })
  void ofAnAdapterThatLacksAFile(String gone, String instead, String says) throws IOException {
    Path folder = Files.createDirectories(dir.resolve("adapter"));
    for (String file : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
      Files.copy(GoldenCases.of("bert/adapter").resolve(file), folder.resolve(file));
    }
    Path file = folder.resolve(gone);
    if (instead == null) {
      Files.delete(file);
    } else {
      Files.move(file, folder.resolve(instead));
    }
    String lora =
        "framework={name: fedit, lora: {rank: 2, alpha: 5, targets: [all-linear], start: '%s'}}";
    assertThat(checkTrain(lora.formatted(folder))).contains(says);
  }

  /** A PEFT folder for the queries of the encoder: r 2, lora_alpha 5. */
  private Path adapter() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("queries"));
    Files.writeString(
        folder.resolve("adapter_config.json"),
        """
        {"peft_type": "LORA", "r": 2, "lora_alpha": 5, "target_modules": ["query"],
         "base_model_name_or_path": "%s"}
        """
            .formatted(tiny.model()));
    Map<String, HostTensor> tensors = new TreeMap<>();
    for (int i = 0; i < 2; i++) {
      String layer = "base_model.model.bert.encoder.layer.%d.attention.self.query.".formatted(i);
      tensors.put(layer + "lora_A.weight", HostTensor.of(new float[64], 2, 32));
      tensors.put(layer + "lora_B.weight", HostTensor.of(new float[64], 32, 2));
    }
    Tiny.STORE.commit(
        Tiny.hadoop(folder.resolve("adapter_model.safetensors")),
        SafeTensors.content(tensors, Map.of("format", "pt")));
    return folder;
  }

  /** A user who changes the setting that a message names can start from the adapter. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rank: 4, alpha: 5, targets: [query] | its r is 2, framework.lora.rank is 4",
        "rank: 2, targets: [query] | its lora_alpha is 5.0, framework.lora.alpha is ",
        "rank: 2, alpha: 5, rslora: true, targets: [query] | its use_rslora is false, framework.lora.rslora is true",
        "rank: 2, alpha: 5, targets: [query, value] | it has no bert.encoder.layer.0.attention.self.value.lora_A",
        "rank: 2, alpha: 5, targets: [value] | name the layer in framework.lora.targets",
      })
  void ofAnAdapterToBeginWith(String lora, String says) throws IOException {
    String sets = "framework={name: fedit, lora: {%s, start: '" + adapter() + "'}}";
    assertThat(checkTrain(sets.formatted(lora)))
        .contains("does not fit this run; change the configuration, or name another adapter", says);
    assertThat(checkTrain(sets.formatted("rank: 2, alpha: 5, targets: [query]"))).isEmpty();
  }

  @Test
  void ofAnAdapterInAModelsPlace() throws IOException {
    Path adapter = adapter();
    assertThat(checkTrain("model={path: '%s', maxLength: 16}".formatted(adapter)))
        .contains(
            "it is a PEFT adapter and no model; name the model that it belongs to (its configuration says "
                + tiny.model(),
            "framework.lora.start (train)");
    String start =
        "framework={name: fedit, lora: {rank: 2, alpha: 5, targets: [query], start: '%s'}}";
    assertThat(checkTrain(start.formatted(adapter))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version | has no version, this release reads 1; partition again under another name",
        "inputs | inputs is missing",
        "columns | columns is missing",
        "clients | clients is missing",
        "labels | labels is missing; it lists the values of the column label",
      })
  void ofAManifestThatLacksAKey(String key, String says) throws IOException {
    Path file = tiny.data().resolve("manifest.json");
    String whole = Files.readString(file);
    ObjectNode cut = (ObjectNode) JSON.readTree(whole);
    cut.remove(key);
    JSON.writeValue(file.toFile(), cut);
    assertThat(checkTrain()).contains(says);
    Files.writeString(file, whole);
    assertThat(checkTrain()).isEmpty();
  }

  /**
   * If an update is missing, its round is trained again; following the advice gives the same model.
   */
  @Test
  void ofAnUpdateThatIsGone() throws IOException {
    String[] sets = {"rounds=1", "client.schedule.warmup=0"};
    Advice advice = new Advice(dir);
    String yaml = tiny.yaml("gone", "fedavg");
    assertThat(advice.run("train", yaml, sets)).isEmpty();
    Path model = tiny.out("gone").resolve("model/model.safetensors");
    byte[] whole = Files.readAllBytes(model);
    FileUtils.deleteDirectory(model.getParent().toFile());
    Path round = tiny.out("gone").resolve("rounds/round=00000");
    for (String name : new String[] {"_SUCCESS", "round.json", "global.safetensors"}) {
      Files.delete(round.resolve(name));
    }
    try (Stream<Path> updates = Files.list(round.resolve("updates"))) {
      Files.delete(updates.sorted().findFirst().orElseThrow());
    }
    assertThat(advice.run("train", yaml, sets))
        .contains(
            "restore it from a backup, or delete file:" + round + ": then round 1 is trained");
    FileUtils.deleteDirectory(round.toFile());
    assertThat(advice.run("train", yaml, sets)).isEmpty();
    assertThat(model).hasBinaryContent(whole);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "decoding.newTokens=64 | lower it | decoding.newTokens=4",
        "decoding.topP=0.5 | give a temperature, or remove topP | decoding={newTokens: 4, topP: 0.5, temperature: 1.0}",
        "model.maxLength=9999 | lower it | model.maxLength=64",
        "model.pooling=mean | remove the key | seed=0",
        "num_beams=3 | remove it | seed=0",
        "max_new_tokens=5 | did you mean decoding.newTokens | decoding.newTokens=5",
        "temperature=1.0 | did you mean decoding.temperature | decoding.temperature=1.0",
        "data.message='{text}' | or remove them | seed=0",
        "data.separator=; & data.format=jsonl | remove it | seed=0",
      })
  void ofGenerate(String wrong, String says, String right) throws IOException {
    Path rows = Files.writeString(dir.resolve("rows.csv"), "text,label\na b,x\nc d,y\n");
    String yaml =
        """
        out: %s
        model: {path: %s, maxLength: 64}
        data: {paths: [%s], format: csv, prompt: '{text}'}
        decoding: {newTokens: 4}
        """
            .formatted(dir.resolve("answers"), tiny.llama(), rows);
    new Advice(dir).followed("generate", yaml, wrong, says, right);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "variants={} | such as {a: [], b: [client.clip=1.0]} | variants={a: [], b: [client.clip=1.0]}",
        "seeds=[0, 0] | keep one | seeds=[0]",
        "score=accuracy | give one of them too; remove the key | seeds=[0] OR score=accuracy & rates={a: [0.1], b: [0.1]}",
        "variants={a: [rounds=2]} | a variant may change framework., client.optimizer. | variants={a: [client.optimizer.lr=0.1]}",
        "variants={a: [framework.name=fedit]} | with rank and targets | variants={a: [framework.name=fedit, framework.lora.rank=8, 'framework.lora.targets=[all-linear]']}",
      })
  void ofCompare(String wrong, String says, String right) throws IOException {
    Path shared = Files.writeString(dir.resolve("shared.yaml"), tiny.yaml("c", "fedavg"));
    String yaml =
        """
        out: %s
        train: %s
        variants: {a: [client.clip=1.0], b: []}
        """
            .formatted(dir.resolve("compared"), shared);
    new Advice(dir).followed("compare", yaml, wrong, says, right);
  }
}
