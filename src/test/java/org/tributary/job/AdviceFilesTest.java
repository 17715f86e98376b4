package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.federation.Tiny;
import org.tributary.fixture.Cases;

/** The advice of messages on model folders, adapters, generate and compare works. */
class AdviceFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;
  private Tiny tiny;

  @BeforeEach
  void makeWorld() throws IOException {
    System.setProperty("spark.master", "local[2]");
    tiny = new Tiny(dir, 6, 9, 5);
  }

  @AfterEach
  void clearMaster() {
    System.clearProperty("spark.master");
  }

  private String train(String... sets) throws IOException {
    return new Advice(dir).check("train", tiny.yaml("a", "fedavg"), sets);
  }

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
    assertThat(train()).contains(says);
    Files.writeString(file, "{\"%s\": %s}".formatted(key, right));
    assertThat(train()).isEmpty();
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
    assertThat(train()).contains(name, says);
    Files.write(file, copy);
    assertThat(train()).isEmpty();
  }

  /** A copy of the model's tokenizer would have the same dropout. */
  @Test
  void ofATokenizerWithDropout() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("bpe"));
    for (String file : new String[] {"config.json", "model.safetensors", "tokenizer.json"}) {
      Files.copy(Cases.of("llama_gqa").resolve(file), folder.resolve(file));
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
    assertThat(train(sets)).contains("set it to null").doesNotContain("copy the file again");
    ((ObjectNode) tokenizer.get("model")).putNull("dropout");
    JSON.writeValue(file.toFile(), tokenizer);
    assertThat(train(sets)).isEmpty();
  }

  /** A folder that lacks a file of the two is wrong input, and no failure. */
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
      Files.copy(Cases.of("bert/adapter").resolve(file), folder.resolve(file));
    }
    Path file = folder.resolve(gone);
    if (instead == null) {
      Files.delete(file);
    } else {
      Files.move(file, folder.resolve(instead));
    }
    String lora =
        "framework={name: fedit, lora: {rank: 2, alpha: 5, targets: [all-linear], start: '%s'}}";
    assertThat(train(lora.formatted(folder))).contains(says);
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
        "score=accuracy | give rates too; remove the key | seeds=[0] OR score=accuracy & rates={a: [0.1], b: [0.1]}",
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
