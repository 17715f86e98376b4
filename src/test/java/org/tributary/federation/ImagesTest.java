package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftConfig;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.partition.Partitioning;
import org.tributary.protocol.HostTensor;
import org.tributary.run.Blueprint;
import org.tributary.tables.RunReport;

/** From image files to a trained ViT: partition, train, evaluate. */
@Slow
class ImagesTest {
  private static final List<String> SHAPES = List.of("bar", "box", "disc");

  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    tiny = new Tiny(dir.resolve("text"), 5, 5);
    draw("train", 40);
    draw("test", 24);
    Files.writeString(dir.resolve("set/train/box/broken.png"), "no image");
    partition();
    writeModel();
  }

  /** Shapes of any size, position and colour; one image has a single pixel. */
  private static void draw(String part, int count) throws IOException {
    SplittableRandom random = new SplittableRandom(part.hashCode());
    for (int i = 0; i < count; i++) {
      String shape = SHAPES.get(i % 3);
      int size = i == 0 ? 1 : 16 + random.nextInt(30);
      BufferedImage image =
          new BufferedImage(
              size, size, i % 2 == 0 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
      Graphics2D pen = image.createGraphics();
      pen.setColor(new Color(100 + random.nextInt(156), 100 + random.nextInt(156), 255));
      int at = random.nextInt(Math.max(1, size / 4));
      switch (shape) {
        case "bar" -> pen.fillRect(at, 0, size / 5, size);
        case "box" -> pen.drawRect(at, at, size / 2, size / 2);
        default -> pen.fillOval(at, at, size / 2, size / 2);
      }
      pen.dispose();
      Path file = dir.resolve("set/%s/%s/%d.png".formatted(part, shape, i));
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    }
  }

  private static void partition() throws IOException {
    String yaml =
        """
        source: {format: images, train: "%s"}
        out: "%s"
        name: shapes
        label: label
        clients: 3
        partitioner: {name: dirichlet, alpha: 1, minRows: 4}
        validation: 0.2
        """
            .formatted(dir.resolve("set").toUri(), dir.resolve("parts").toUri());
    Partitioning.run(
        SPARK.session(),
        Tiny.STORE,
        ConfigReader.read("p.yaml", yaml, List.of(), PartitionConfig.class, Partitioning.CHOICES));
  }

  /** The golden ViT without its classifier, with its own processor. */
  private static void writeModel() throws IOException {
    Path golden = GoldenCases.of("vit");
    ObjectNode config = (ObjectNode) JSON.readTree(golden.resolve("config.json").toFile());
    config.putArray("architectures").add("ViTModel");
    config.remove(List.of("id2label", "label2id"));
    Map<String, HostTensor> weights = new TreeMap<>();
    SafeTensors.map(golden.resolve("model.safetensors"))
        .forEach(
            (name, tensor) -> {
              if (!name.startsWith("classifier")) {
                weights.put(name.replaceFirst("^vit\\.", ""), tensor);
              }
            });
    String processor =
        """
        {"image_processor_type": "ViTImageProcessorFast", "size": {"height": 24, "width": 24},
         "resample": 3, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0.4]}""";
    HuggingFaceFolder.write(
        Tiny.STORE,
        Tiny.hadoop(dir.resolve("vit")),
        config,
        weights,
        Map.of("preprocessor_config.json", processor.getBytes()));
  }

  private static TrainConfig config(String name, String framework, String... sets) {
    List<String> all = new ArrayList<>();
    all.add("out='" + dir.resolve("runs").resolve(name) + "'");
    all.add("model.path='" + dir.resolve("vit") + "'");
    all.add("data.path='" + dir.resolve("parts/shapes") + "'");
    all.addAll(List.of(sets));
    return tiny.config(name, framework, all.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fedavg | data.augment={flip: true, crop: 3}",
        "fedavg | client.accumulate=2",
        "fedit  | 'framework.lora={rank: 3, targets: [query, value]}'",
        "local  | data.augment={flip: true}",
      })
  void equalsThePlainLoop(String framework, String set) throws Exception {
    TrainConfig config = config((framework + set).replaceAll("\\W", ""), framework, set);
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    List<Map<String, HostTensor>> expected = new PlainLoop(config).run();
    for (int round = 0; round < config.rounds(); round++) {
      assertThat(Tiny.tensors(outcome.folder().global(round)))
          .as("round %d", round)
          .isEqualTo(expected.get(round));
    }
    RunReport report = RunReport.of(Tiny.STORE, outcome.folder());
    assertThat(report.failed()).isZero();
    assertThat(report.rows()).containsEntry("test", 24L);
    assertThat(report.score("test", "accuracy")).isBetween(0.0, 1.0);
    if (framework.equals("fedavg")) {
      Path result = Path.of(outcome.results().get(0).toUri().getPath());
      assertThat(Files.readAllBytes(result.resolve("preprocessor_config.json")))
          .isEqualTo(Files.readAllBytes(dir.resolve("vit/preprocessor_config.json")));
      assertThat(Files.readString(result.resolve("config.json")))
          .contains("ViTForImageClassification", "\"disc\"");
    }
  }

  /**
   * transformers 5 uses other names in memory than in the checkpoint; peft uses those in memory.
   */
  @Test
  void adaptersHaveTheNamesThatPeftHasAndBeginRunsUnderBoth() throws Exception {
    String lora = "framework.lora={rank: 3, targets: [query, '*.attention.output.dense']}";
    TrainConfig config = config("names", "fedit", lora, "rounds=1");
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    org.apache.hadoop.fs.Path folder = outcome.results().get(0);
    PeftAdapter adapter = PeftAdapter.read(Tiny.STORE, folder);
    assertThat(adapter.config().targets().modules()).containsExactly("o_proj", "q_proj");
    assertThat(adapter.modules())
        .containsExactly(
            "vit.layers.0.attention.o_proj",
            "vit.layers.0.attention.q_proj",
            "vit.layers.1.attention.o_proj",
            "vit.layers.1.attention.q_proj");
    Map<String, HostTensor> stored = new TreeMap<>();
    adapter
        .tensors()
        .forEach(
            (name, tensor) ->
                stored.put(
                    name.replace("vit.layers", "vit.encoder.layer")
                        .replace("attention.q_proj", "attention.attention.query")
                        .replace("o_proj", "output.dense"),
                    tensor));
    PeftConfig before =
        new PeftConfig(
            3,
            adapter.config().alpha(),
            false,
            PeftConfig.Targets.of(List.of("query", "attention.output.dense")),
            List.of("classifier"),
            Map.of(),
            Map.of(),
            false,
            "vit",
            null,
            null);
    Path old = dir.resolve("old-names");
    new PeftAdapter(before, stored, adapter.metadata()).write(Tiny.STORE, Tiny.hadoop(old));
    List<List<Map<String, HostTensor>>> runs = new ArrayList<>();
    for (String start : List.of(folder.toString(), old.toString())) {
      String begun = "framework.lora.start='" + start + "'";
      runs.add(new PlainLoop(config("begun", "fedit", lora, begun, "rounds=1")).run());
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1));
    assertThat(runs.get(0)).isNotEqualTo(new PlainLoop(config).run());
  }

  @Test
  void augmentationChangesWhatIsLearned() throws Exception {
    List<Map<String, HostTensor>> plain = new PlainLoop(config("plain", "fedavg")).run();
    assertThat(new PlainLoop(config("plain", "fedavg")).run()).isEqualTo(plain);
    assertThat(new PlainLoop(config("flip", "fedavg", "data.augment.flip=true")).run())
        .isNotEqualTo(plain);
  }

  @Test
  void aClassifierLearnsTheShapes() throws Exception {
    TrainConfig config =
        config(
            "learn",
            "fedavg",
            "rounds=6",
            "client.steps=15",
            "client.batch=8",
            "client.schedule.name=constant",
            "client.schedule.warmup=0",
            "client.optimizer.lr=0.003");
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    assertThat(RunReport.of(Tiny.STORE, outcome.folder()).score("test", "accuracy"))
        .isGreaterThan(0.6);
  }

  @Test
  void aNewClassifierTakesTheOldOnesPlace() throws Exception {
    Path golden = GoldenCases.of("vit");
    TrainConfig kept = config("old", "fedavg", "model.path='" + golden + "'");
    assertRefused(kept, "label \"bar\" of the data is unknown", "model.newHead=true");
    TrainConfig config =
        config("new", "fedavg", "model.path='" + golden + "'", "model.newHead=true", "rounds=1");
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    Map<String, HostTensor> merged = Tiny.tensors(outcome.folder().global(0));
    assertThat(merged).isEqualTo(new PlainLoop(config).run().get(0));
    assertThat(merged.get("classifier.weight").shape()).containsExactly(3, 32);
    Map<String, HostTensor> result =
        Tiny.tensors(
            new org.apache.hadoop.fs.Path(outcome.results().get(0), HuggingFaceFolder.WEIGHTS));
    assertThat(result.keySet())
        .isEqualTo(SafeTensors.map(golden.resolve("model.safetensors")).keySet());
    assertThat(result.get("classifier.bias")).isEqualTo(merged.get("classifier.bias"));
  }

  @Test
  void modelsAndDataOfOtherKindsAreRefused() {
    assertRefused(
        config("x", "fedavg", "data.path='" + tiny.data() + "'"), "takes images, but data.path");
    assertRefused(
        config("x", "fedavg", "model.path='" + tiny.model() + "'"), "takes text, but data.path");
    assertRefused(tiny.config("x", "fedavg", "data.augment.flip=true"), "data.augment: is for");
    assertRefused(
        config("x", "fedavg", "data.augment.crop=24"), "data.augment.crop: 24 pixels move");
  }

  @Test
  void aProcessorThatIsNotSupportedIsRefusedByName() throws Exception {
    Path other = dir.resolve("other");
    Files.createDirectories(other);
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(dir.resolve("vit").resolve(file), other.resolve(file));
    }
    Files.writeString(
        other.resolve("preprocessor_config.json"),
        """
        {"image_processor_type": "ViTImageProcessor", "size": 32, "do_reduce_labels": true,
         "image_mean": [0.5], "resample": 9}""");
    assertRefused(
        config("x", "fedavg", "model.path='" + other + "'"),
        "do_reduce_labels: true is not supported",
        "resample: 9 is not a filter",
        "image_mean: has 1 numbers, the model takes 3 channels",
        "size: makes images of 32 x 32 (height x width), the model takes 24 x 24");
  }

  private static void assertRefused(TrainConfig config, String... messages) {
    assertThatThrownBy(() -> new Blueprint(Tiny.STORE, config))
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(messages));
  }
}
