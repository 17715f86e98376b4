package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.federation.Federation;
import org.tributary.federation.RoundListener;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.partition.Partitioning;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunSpec;

/** The estimator trains as the jobs partition and train do, and resumes. */
@Slow
class FederatedFineTunerTest {
  @TempDir static Path dir;

  @RegisterExtension
  static final LocalSpark SPARK = new LocalSpark().with("spark.sql.shuffle.partitions", "2");

  private static Tiny tiny;
  private static Dataset<Row> texts;

  @BeforeAll
  static void make() throws Exception {
    tiny = new Tiny(dir.resolve("tiny"), 5, 5);
    texts = TinyFrame.texts(SPARK.session(), 48, 1);
  }

  private static FederatedFineTuner tuner(String work) {
    return TinyFrame.tuner(tiny.model(), dir.resolve(work));
  }

  /**
   * The tensors of the result that the jobs partition and train give for rows in a file.
   *
   * @param partition the partition's configuration without paths
   * @param train the run's configuration without paths
   */
  private static Map<String, HostTensor> jobs(
      String name, Dataset<Row> rows, String partition, String train) throws Exception {
    Path source = dir.resolve(name + ".parquet");
    rows.repartition(3).write().parquet(source.toString());
    String set = "out='%s'".formatted(dir.resolve("jobs"));
    PartitionConfig cut =
        ConfigReader.read(
            "partition.yaml",
            partition,
            List.of("source.train='%s'".formatted(source), set, "name=" + name),
            PartitionConfig.class,
            Partitioning.CHOICES);
    Partitioning.run(SPARK.session(), Tiny.STORE, cut);
    TrainConfig config =
        ConfigReader.read(
            "train.yaml",
            train,
            List.of(
                "out='%s'".formatted(dir.resolve("jobs-runs").resolve(name)),
                "data.path='%s'".formatted(dir.resolve("jobs").resolve(name))),
            TrainConfig.class,
            RunSpec.CHOICES);
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    return TinyFrame.tensors(Path.of(outcome.results().get(0).toUri().getPath()));
  }

  @Test
  void textsGiveTheBitsOfPartitionAndTrain() throws Exception {
    FineTunedModel model = tuner("text").setValidation(0.1).setTest(0.2).fit(texts.repartition(5));
    assertThat(TinyFrame.tensors(model))
        .isEqualTo(
            jobs(
                "text",
                texts,
                """
                source: {format: parquet, columns: [office, text, label]}
                seed: 7
                label: label
                partitioner: {name: natural, column: office}
                validation: 0.1
                test: 0.2
                """,
                """
                seed: 7
                rounds: 2
                model: {path: '%s', maxLength: 16}
                framework: {name: fedavg}
                client: {steps: 2, batch: 4, optimizer: {name: adamw, lr: 0.01}}
                """
                    .formatted(tiny.model())));
    assertThat(model.baseFolder()).isNull();
    assertThat(model.summary().select("part").distinct().count()).isEqualTo(2);
    assertThat(model.tables(SPARK.session())).containsKeys("rounds", "clients", "evals", "steps");
  }

  @Test
  void adaptersAndNumbersGiveTheBitsOfPartitionAndTrain() throws Exception {
    FineTunedModel model =
        tuner("lora")
            .setLabelCol("number")
            .setFramework("fedit")
            .setLoraRank(3)
            .setLoraAlpha(6)
            .setLoraTargets(new String[] {"query", "value"})
            .setConfig("client: {clip: 1.0}")
            .fit(texts);
    assertThat(TinyFrame.tensors(model))
        .isEqualTo(
            jobs(
                "lora",
                texts.withColumn("number", functions.col("number").cast("long")),
                """
                source: {format: parquet, columns: [office, text, number]}
                seed: 7
                label: number
                partitioner: {name: natural, column: office}
                validation: 0
                test: 0
                """,
                """
                seed: 7
                rounds: 2
                model: {path: '%s', maxLength: 16}
                data: {label: number, classNumbers: true}
                framework: {name: fedit, lora: {rank: 3, alpha: 6, targets: [query, value]}}
                client: {steps: 2, batch: 4, clip: 1.0, optimizer: {name: adamw, lr: 0.01}}
                """
                    .formatted(tiny.model())));
    assertThat(model.baseFolder()).endsWith(tiny.model().toString());
  }

  @Test
  void imagesGiveTheBitsOfPartitionAndTrain() throws Exception {
    Dataset<Row> images = TinyFrame.images(SPARK.session(), 24);
    Path vit = TinyFrame.vit(dir.resolve("vit"));
    FineTunedModel model =
        new FederatedFineTuner()
            .setClientCol("office")
            .setImageCol("picture")
            .setLabelCol("number")
            .setModelUrl(vit.toString())
            .setRounds(2)
            .setSteps(1)
            .setBatchSize(4)
            .setLearningRate(0.01)
            .setWorkDir(dir.resolve("image").toString())
            .fit(images);
    assertThat(TinyFrame.tensors(model))
        .isEqualTo(
            jobs(
                "image",
                images,
                """
                source: {format: parquet, image: picture, columns: [office, picture, number]}
                label: number
                partitioner: {name: natural, column: office}
                validation: 0
                test: 0
                """,
                """
                rounds: 2
                model: {path: '%s'}
                data: {label: number, classNumbers: true}
                framework: {name: fedavg}
                client: {steps: 1, batch: 4, optimizer: {name: adamw, lr: 0.01}}
                """
                    .formatted(vit)));
  }

  @Test
  void promptsGiveTheBitsOfPartitionAndTrain() throws Exception {
    FineTunedModel model =
        new FederatedFineTuner()
            .setClientCol("office")
            .setPromptCol("text")
            .setAnswerCol("label")
            .setModelUrl(tiny.llama().toString())
            .setMaxLength(32)
            .setRounds(1)
            .setSteps(2)
            .setBatchSize(4)
            .setLearningRate(0.01)
            .setValidationIndicatorCol("held")
            .setWorkDir(dir.resolve("prompt").toString())
            .fit(texts);
    assertThat(TinyFrame.tensors(model))
        .isEqualTo(
            jobs(
                "prompt",
                texts.filter("not held"),
                """
                source: {format: parquet, columns: [office, text, label]}
                partitioner: {name: natural, column: office}
                validation: 0
                test: 0
                """,
                """
                rounds: 1
                model: {path: '%s', maxLength: 32}
                data: {prompt: '{text}', answer: label}
                framework: {name: fedavg}
                client: {steps: 2, batch: 4, optimizer: {name: adamw, lr: 0.01}}
                """
                    .formatted(tiny.llama())));
    assertThat(
            model
                .summary()
                .select("part")
                .distinct()
                .as(org.apache.spark.sql.Encoders.STRING())
                .collectAsList())
        .containsExactly("validation");
  }
}
