package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.federation.Tiny;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;

/** The advice in messages about the model, its adapter and the clients' rows works. */
@Slow
class AdviceModelsTest extends TinyJob {

  /** Adds a classifier with some rows to the encoder, and names for the rows. */
  private void classifier(int rows, String... names) throws IOException {
    Path weights = tiny.model().resolve("model.safetensors");
    Map<String, HostTensor> tensors = new TreeMap<>(SafeTensors.map(weights));
    tensors.put("classifier.weight", HostTensor.of(new float[rows * 32], rows, 32));
    tensors.put("classifier.bias", HostTensor.of(new float[rows], rows));
    Files.delete(weights);
    Tiny.STORE.commit(Tiny.hadoop(weights), SafeTensors.content(tensors, Map.of("format", "pt")));
    Path file = tiny.model().resolve("config.json");
    ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
    config.putArray("architectures").add("BertForSequenceClassification");
    ObjectNode classes = config.putObject("id2label");
    for (int i = 0; i < names.length; i++) {
      classes.put(Integer.toString(i), names[i]);
    }
    JSON.writeValue(file.toFile(), config);
  }

  @Test
  void ofTheNamesOfAClassifiersRows() throws IOException {
    classifier(3, "genetic", "symptoms", "treatment", "other");
    assertThat(checkTrain())
        .contains(
            "has shape [3, 32], but there are 4 classes; name one class for each of its rows in id2label of config.json, or start a new classifier with model.newHead=true");
    assertThat(checkTrain("model.newHead=true")).isEmpty();
    classifier(3, "genetic", "symptoms", "treatment");
    assertThat(checkTrain()).isEmpty();
    classifier(4, "genetic", "symptoms", "treatment", "treatment");
    assertThat(checkTrain())
        .contains(
            "names two classes \"treatment\"; name the data's labels in the order of the classifier's rows in data.classes");
    assertThat(checkTrain("data.classes=[genetic, symptoms, treatment, other]")).isEmpty();
  }

  /** The number in the advice is the smallest one that is accepted. */
  @Test
  void ofATokenizerWithManySpecialTokens() throws IOException {
    Path file = tiny.model().resolve("tokenizer.json");
    ObjectNode tokenizer = (ObjectNode) JSON.readTree(file.toFile());
    ArrayNode single = (ArrayNode) tokenizer.get("post_processor").get("single");
    for (int i = 0; i < 4; i++) {
      single.add(single.get(0).deepCopy());
    }
    JSON.writeValue(file.toFile(), tokenizer);
    Files.writeString(
        tiny.model().resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
    assertThat(checkTrain("model.maxLength=4"))
        .contains("puts 6 special tokens around each text, so model.maxLength must be more than 6");
    assertThat(checkTrain("model.maxLength=7")).isEmpty();
  }

  /** An expression for which Java has to try exponentially many matches. */
  @Test
  void ofARegularExpression() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("adapter"));
    Map<String, HostTensor> tensors = new TreeMap<>();
    for (int i = 0; i < 2; i++) {
      String layer = "base_model.model.bert.encoder.layer.%d.attention.self.query.".formatted(i);
      tensors.put(layer + "lora_A.weight", HostTensor.of(new float[64], 2, 32));
      tensors.put(layer + "lora_B.weight", HostTensor.of(new float[64], 32, 2));
    }
    Tiny.STORE.commit(
        Tiny.hadoop(folder.resolve("adapter_model.safetensors")),
        SafeTensors.content(tensors, Map.of("format", "pt")));
    String start =
        "framework={name: fedit, lora: {rank: 2, alpha: 5, targets: [query], start: '%s'}}"
            .formatted(folder);
    Path config = folder.resolve("adapter_config.json");
    String written =
        "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 5, \"target_modules\": %s}";
    Files.writeString(config, written.formatted("\"(?!zz)(([a-z.0-9]+)*)*qury\""));
    assertThat(checkTrain(start))
        .contains("write it without nested repeats, or name the modules in a list");
    for (String right : new String[] {"\".*query\"", "[\"query\"]"}) {
      Files.writeString(config, written.formatted(right));
      assertThat(checkTrain(start)).isEmpty();
    }
  }

  /** A learning rate so large that one step exceeds the range of float32. */
  @Test
  void ofAnUpdateThatIsNotFinite() throws IOException {
    Path weights = tiny.model().resolve("model.safetensors");
    Map<String, HostTensor> tensors = new TreeMap<>(SafeTensors.map(weights));
    scale(tensors, "bert.pooler.dense.weight", 1e-2f);
    scale(tensors, "bert.encoder.layer.1.output.LayerNorm.weight", 1e2f);
    Files.delete(weights);
    Tiny.STORE.commit(Tiny.hadoop(weights), SafeTensors.content(tensors, Map.of("format", "pt")));
    String file = Files.writeString(dir.resolve("t.yaml"), tiny.yaml("inf", "fedavg")).toString();
    String[] args = {"train", file, "--set=rounds=1", "--set=client.steps=1", "", "", ""};
    args[4] = "--set=client.schedule={name: constant}";
    args[5] = "--set=client.optimizer={name: sgd, lr: 3.0e38}";
    args[6] = "--set=seed=7";
    assertThat(JobRun.of(args).err())
        .contains("that is not finite; lower client.optimizer.lr, in another out");
    args[5] = "--set=client.optimizer={name: sgd, lr: 1.0e-3}";
    args[6] = "--set=out=" + tiny.out("finite");
    JobRun.done(args);
  }

  private static void scale(Map<String, HostTensor> tensors, String name, float by) {
    HostTensor tensor = tensors.get(name);
    float[] values = new float[(int) tensor.elements()];
    tensor.floats().get(values);
    for (int i = 0; i < values.length; i++) {
      values[i] *= by;
    }
    tensors.put(name, HostTensor.of(values, tensor.shape()));
  }

  @ParameterizedTest
  @CsvSource({
    "test, test, '', with the share test or with source.test",
    "validation, validation, '', with the share validation or with source.validation",
    "validation, test, '{a: [0.1, 0.2], b: [0.1, 0.2]}', or remove rates",
  })
  void ofAComparisonWithoutRowsToScore(String gone, String part, String rates, String says)
      throws IOException {
    Path file = tiny.data().resolve("manifest.json");
    String whole = Files.readString(file);
    ObjectNode cut = (ObjectNode) JSON.readTree(whole);
    if (gone.equals("test")) {
      cut.putNull("test");
    }
    cut.get("clients").forEach(client -> ((ObjectNode) client).putNull("validation"));
    JSON.writeValue(file.toFile(), cut);
    String run =
        tiny.yaml("c", "fedavg").replace("evaluate: {", "evaluate: {parts: [" + part + "], ");
    Path shared = Files.writeString(dir.resolve("shared.yaml"), run);
    String yaml =
        """
        out: %s
        train: %s
        variants: {a: [], b: [client.clip=1.0]}
        """
            .formatted(dir.resolve("compared"), shared);
    Advice advice = new Advice(dir);
    String[] sets = rates.isEmpty() ? new String[0] : new String[] {"rates=" + rates};
    assertThat(advice.check("compare", yaml, sets))
        .contains("has no %s rows; partition again under another name".formatted(gone), says);
    if (!rates.isEmpty()) {
      assertThat(advice.check("compare", yaml)).isEmpty();
    }
    Files.writeString(file, whole);
    assertThat(advice.check("compare", yaml, sets)).isEmpty();
  }

  @Test
  void ofAClientWithoutRows() throws IOException {
    Path file = tiny.data().resolve("manifest.json");
    String whole = Files.readString(file);
    ObjectNode cut = (ObjectNode) JSON.readTree(whole);
    ((ObjectNode) cut.get("clients").get("0001")).putNull("train");
    JSON.writeValue(file.toFile(), cut);
    assertThat(checkTrain())
        .contains("client 0001 has no training rows; partition again under another name");
    Files.writeString(file, whole);
    assertThat(checkTrain()).isEmpty();
  }

  /** The processors of CLIP and DeiT have no default values for these keys. */
  @ParameterizedTest
  @CsvSource({"CLIP", "DeiT"})
  void ofAnImageProcessorWithoutMeans(String family) throws IOException {
    Path model = Files.createDirectories(dir.resolve("vision"));
    for (String name : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(GoldenCases.of("siglip").resolve(name), model.resolve(name));
    }
    Path images = Files.createDirectories(dir.resolve("images"));
    for (String label : new String[] {"a", "b"}) {
      for (int i = 0; i < 4; i++) {
        FileUtils.copyFile(
            GoldenCases.of("../cases/20-images/meta/train/i%d.png".formatted(i)).toFile(),
            images.resolve(label + "/" + i + ".png").toFile());
      }
    }
    String set =
        """
        source: {format: images, train: %s}
        out: %s
        name: set
        seed: 7
        clients: 1
        label: label
        partitioner: {name: iid}
        test: 0.0
        validation: 0.0
        """
            .formatted(images, dir.resolve("sets"));
    assertThat(new Advice(dir).run("partition", set)).isEmpty();
    String processor =
        """
        {"image_processor_type": "%sImageProcessor", "size": {"height": 28, "width": 28},
         "do_center_crop": false, %s "do_normalize": true}
        """;
    Path file = model.resolve("preprocessor_config.json");
    String[] sets = {
      "model={path: '%s', newHead: true}".formatted(model),
      "data={path: '%s'}".formatted(dir.resolve("sets/set")),
      ""
    };
    sets[2] = "client.accumulate=1";
    Files.writeString(file, processor.formatted(family, ""));
    assertThat(checkTrain(sets)).contains("image_mean: is missing; give one number for each ch");
    String means = "\"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.5, 0.5, 0.5],";
    Files.writeString(file, processor.formatted(family, means));
    assertThat(checkTrain(sets)).isEmpty();
    sets[2] = "client={steps: 1, batch: 4096, accumulate: 64, optimizer: {name: sgd, lr: 0.1}}";
    assertThat(checkTrain(sets)).contains("in memory at once", "lower one of them");
    sets[2] = "client={steps: 1, batch: 4096, accumulate: 2, optimizer: {name: sgd, lr: 0.1}}";
    assertThat(checkTrain(sets)).isEmpty();
  }
}
