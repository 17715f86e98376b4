package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftConfig;
import org.tributary.checkpoint.PeftNotes;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.Warnings;
import org.tributary.model.Pooling;
import org.tributary.protocol.HostTensor;

/** A run goes on with a classifier on the vector that it was trained with. */
class PoolingTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> LABELS = List.of("genetic", "symptoms", "treatment");

  @TempDir static Path dir;
  private static Tiny tiny;

  @BeforeAll
  static void write() throws Exception {
    tiny = new Tiny(dir, 9, 12);
  }

  /** The tiny BERT with a classifier for the data's labels. */
  private static Path headed(String noted) throws IOException {
    Path folder = Files.createTempDirectory(dir, "headed");
    Files.copy(tiny.model().resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    ObjectNode config = (ObjectNode) JSON.readTree(tiny.model().resolve("config.json").toFile());
    ObjectNode names = config.putObject("id2label");
    for (int i = 0; i < LABELS.size(); i++) {
      names.put(Integer.toString(i), LABELS.get(i));
    }
    if (noted != null) {
      config.put("tributary_pooling", noted);
    }
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    Map<String, HostTensor> weights =
        new TreeMap<>(SafeTensors.map(tiny.model().resolve("model.safetensors")));
    weights.putAll(head());
    Tiny.STORE.commit(
        Tiny.hadoop(folder.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
    return folder;
  }

  private static Map<String, HostTensor> head() {
    return Map.of(
        "classifier.weight", HostTensor.of(new float[3 * 32], 3, 32),
        "classifier.bias", HostTensor.of(new float[3], 3));
  }

  private static Pooling pooling(Path model, String... sets) throws IOException {
    List<String> all = new ArrayList<>(List.of("model.path=" + model));
    all.addAll(List.of(sets));
    return new Blueprint(Tiny.STORE, tiny.config("x", "fedavg", all.toArray(String[]::new)))
        .architecture()
        .pooling();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {"none, CLS", "mean, MEAN", "cls, CLS"})
  void aClassifierKeepsWhatItWasTrainedWith(String noted, Pooling expected) throws Exception {
    Path model = headed(noted);
    assertThat(pooling(model)).isEqualTo(expected);
    assertThat(pooling(model, "model.pooling=" + expected.key())).isEqualTo(expected);
    Pooling other = expected == Pooling.CLS ? Pooling.MEAN : Pooling.CLS;
    assertThatThrownBy(() -> pooling(model, "model.pooling=" + other.key()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(
            "model.pooling: the classifier of",
            "was trained with " + expected.key(),
            "model.newHead=true");
    assertThat(pooling(model, "model.newHead=true")).isEqualTo(Pooling.MEAN);
    assertThat(pooling(model, "model.newHead=true", "model.pooling=" + other.key()))
        .isEqualTo(other);
  }

  @Test
  void aNoteThatIsNoneIsRefused() throws Exception {
    Path model = headed("max");
    assertThatThrownBy(() -> pooling(model))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(
            model.toString(), "tributary_pooling \"max\"", "mean, cls, attention");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {"none, cls, mean", "mean, mean, cls"})
  void anAdaptersClassifierKeepsItToo(String noted, String good, String bad) throws Exception {
    Path folder = Files.createTempDirectory(dir, "adapter");
    Files.delete(folder);
    Map<String, HostTensor> tensors = new TreeMap<>(head());
    for (int i = 0; i < 2; i++) {
      for (String part : List.of("query", "value")) {
        String layer = "bert.encoder.layer." + i + ".attention.self." + part;
        tensors.put(layer + ".lora_A.weight", HostTensor.of(new float[3 * 32], 3, 32));
        tensors.put(layer + ".lora_B.weight", HostTensor.of(new float[32 * 3], 32, 3));
      }
    }
    PeftConfig config =
        new PeftConfig(
            3,
            6,
            false,
            PeftConfig.Targets.of(List.of("query", "value")),
            List.of("classifier"),
            Map.of(),
            Map.of(),
            false,
            "bert",
            "SEQ_CLS");
    Map<String, String> notes = noted == null ? Map.of() : PeftNotes.of(LABELS, noted);
    new PeftAdapter(config, tensors, notes).write(Tiny.STORE, Tiny.hadoop(folder));
    assertThat(begin(folder, good)).containsKey("classifier.weight");
    assertThatThrownBy(() -> begin(folder, bad))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "its pooling is %s, the run's is %s; set model.pooling".formatted(good, bad));
  }

  @Test
  void aNewClassifierThatTransformersWouldComputeOtherwiseIsSaid() throws Exception {
    assertThat(warnings("told-nothing"))
        .singleElement()
        .asString()
        .startsWith("model.pooling mean")
        .contains("model_type bert")
        .contains("set model.pooling=cls");
    assertThat(warnings("cls", "model.pooling=cls")).isEmpty();
    assertThat(warnings("mean", "model.pooling=mean")).as("chosen").isEmpty();
    assertThat(warnings("with", "model.path=" + headed("mean"))).isEmpty();
  }

  private static List<String> warnings(String name, String... sets) throws Exception {
    List<String> all = new ArrayList<>(List.of("rounds=1", "evaluate.parts=[]"));
    all.addAll(List.of(sets));
    TrainConfig config = tiny.config(name, "fedavg", all.toArray(String[]::new));
    try (SparkSession spark =
            SparkSession.builder().master("local[2]").appName("test").getOrCreate();
        Warnings warnings = Warnings.of(Federation.class)) {
      new Federation(spark, RoundListener.NONE).train(config);
      return warnings.heard();
    }
  }

  private static Map<String, HostTensor> begin(Path adapter, String pooling) throws IOException {
    List<String> sets = new ArrayList<>(List.of(Tiny.LORA));
    sets.add("framework.lora.start=" + adapter);
    sets.add("model.pooling=" + pooling);
    return StartState.of(
        Tiny.STORE,
        new Blueprint(Tiny.STORE, tiny.config("x", "fedit", sets.toArray(String[]::new))));
  }
}
