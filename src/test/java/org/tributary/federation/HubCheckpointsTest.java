package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.CheckpointLogits;
import org.tributary.fixture.GoldenCases;
import org.tributary.model.Precision;
import org.tributary.protocol.HostTensor;
import org.tributary.run.Blueprint;

/** Hub checkpoints in forms that transformers does not write today. */
class HubCheckpointsTest {

  @TempDir static Path dir;
  private static Tiny tiny;

  @BeforeAll
  static void write() throws Exception {
    tiny = new Tiny(dir, 9, 12);
  }

  /** A model's folder with other tensor names, and with another class if one is given. */
  private static Path model(Path from, UnaryOperator<String> names, String type)
      throws IOException {
    Path folder = Files.createTempDirectory(dir, "model");
    ObjectNode config = (ObjectNode) JSON.readTree(from.resolve("config.json").toFile());
    if (type != null) {
      config.putArray("architectures").add(type);
    }
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    if (Files.exists(from.resolve("tokenizer.json"))) {
      Files.copy(from.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    }
    Tiny.STORE.commit(
        Tiny.hadoop(folder.resolve("model.safetensors")),
        SafeTensors.content(
            renamed(SafeTensors.map(from.resolve("model.safetensors")), names), Map.of()));
    return folder;
  }

  private static Map<String, HostTensor> renamed(
      Map<String, HostTensor> tensors, UnaryOperator<String> names) {
    Map<String, HostTensor> renamed = new TreeMap<>();
    tensors.forEach((name, tensor) -> renamed.put(names.apply(name), tensor));
    return renamed;
  }

  private static HostTensor logits(Path model) throws IOException {
    Map<String, HostTensor> inputs = SafeTensors.map(GoldenCases.of("bert/inputs.safetensors"));
    return CheckpointLogits.open(Tiny.STORE, model.toString(), null, null)
        .of("inputs", inputs, dir, Precision.FLOAT32);
  }

  private static String old(String name) {
    return name.replace("LayerNorm.weight", "LayerNorm.gamma")
        .replace("LayerNorm.bias", "LayerNorm.beta");
  }

  /** As in bert-base-uncased. */
  @Test
  void normsOfGammaAndBetaAreThose() throws Exception {
    Path bert = GoldenCases.of("bert");
    Path old = model(bert, HubCheckpointsTest::old, null);
    assertThat(SafeTensors.map(old.resolve("model.safetensors")))
        .containsKey("bert.embeddings.LayerNorm.gamma")
        .containsKey("bert.encoder.layer.1.output.LayerNorm.beta");
    assertThat(logits(old)).isEqualTo(logits(bert));

    Path base = model(tiny.model(), HubCheckpointsTest::old, null);
    List<Map<String, HostTensor>> today = new PlainLoop(tiny.config("today", "fedavg")).run();
    List<Map<String, HostTensor>> before =
        new PlainLoop(tiny.config("before", "fedavg", "model.path=" + base)).run();
    for (int round = 0; round < today.size(); round++) {
      assertThat(before.get(round))
          .isEqualTo(renamed(today.get(round), HubCheckpointsTest::old))
          .isNotEqualTo(today.get(round));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bert, BertForTokenClassification, 'is a BertForTokenClassification; continue with one that ends in ForSequenceClassification, or start a new classifier with model.newHead=true'",
    "bert, BertForMultipleChoice, model.newHead=true",
    "llama_gqa, LlamaForSequenceClassification, 'is a LlamaForSequenceClassification; to write text name a language model, of a class that ends in ForCausalLM'",
  })
  void aClassOfAnotherTaskIsRefused(String model, String type, String message) throws Exception {
    Path folder = model(GoldenCases.of(model), name -> name, type);
    assertThatThrownBy(() -> logits(folder))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(folder.toString(), message);
  }

  @Test
  void anotherTasksClassifierGivesWayToANewOne() throws Exception {
    Path folder = model(GoldenCases.of("bert"), name -> name, "BertForTokenClassification");
    Blueprint blueprint =
        new Blueprint(
            Tiny.STORE, tiny.config("x", "fedavg", "model.path=" + folder, "model.newHead=true"));
    assertThat(blueprint.newHead()).containsKey("classifier.weight");
  }
}
