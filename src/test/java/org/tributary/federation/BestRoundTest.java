package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.Evaluation;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.tables.RoundSummary;
import org.tributary.tables.RunReport;

/** Early stopping, the best round as the result, and the names of Spark's stages. */
@Slow
class BestRoundTest {
  /** Validation rows have wrong labels: the more clients learn, the higher the loss is. */
  private static final List<String> RISING =
      List.of(
          "client.optimizer.lr=0.03",
          "client.steps=6",
          "client.schedule={name: constant}",
          "rounds=8",
          "evaluate.parts=[validation,test]",
          "keep.globals=1");

  @TempDir static Path dir;

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  private static Tiny tiny;

  @BeforeAll
  static void data() throws Exception {
    tiny = new Tiny(dir, 11, 8, 30);
    for (String client : List.of("0000", "0001", "0002")) {
      String file = "client=%s/validation/part-00000.parquet".formatted(client);
      org.apache.hadoop.fs.Path path =
          new org.apache.hadoop.fs.Path(tiny.data().resolve(file).toString());
      List<Row> wrong = new ArrayList<>();
      try (ParquetReading rows = ParquetRows.read(Tiny.STORE, path)) {
        while (rows.hasNext()) {
          wrong.add(mislabelled(rows.next()));
        }
      }
      Tiny.STORE.delete(path);
      Tiny.STORE.commit(path, out -> ParquetRows.write(out, wrong.get(0).schema(), wrong));
    }
    tiny.seal();
  }

  private static Row mislabelled(Row row) {
    Object[] values = new Object[row.schema().columns().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.value(i);
    }
    int label = row.schema().indexOf("label");
    List<String> labels = List.of("genetic", "symptoms", "treatment");
    values[label] = labels.get((labels.indexOf(values[label].toString()) + 1) % labels.size());
    return Row.of(row.schema(), values);
  }

  /** Records the events of a listener. */
  private static final class Told implements RoundListener {
    private final List<String> lines = new ArrayList<>();
    private final List<Double> losses = new ArrayList<>();

    @Override
    public void resumed(int round) {
      lines.add("resumed " + round);
    }

    @Override
    public void stopped(int round, int best) {
      lines.add("stopped " + round + " best " + best);
    }

    @Override
    public void closed(RoundSummary s) {
      losses.add(
          s.evaluations().stream()
              .filter(e -> e.part().equals("validation"))
              .findFirst()
              .orElseThrow()
              .scores()
              .get("loss"));
    }

    @Override
    public void cohort(int round, List<String> clients) {
      lines.add("round " + round);
    }
  }

  private static Federation.Outcome train(RoundListener listener, String name, String... sets)
      throws Exception {
    List<String> all = new ArrayList<>(RISING);
    all.addAll(Arrays.asList(sets));
    return new Federation(SPARK.session(), listener)
        .train(tiny.config(name, "fedavg", all.toArray(String[]::new)));
  }

  private static byte[] model(Federation.Outcome outcome) throws Exception {
    return Files.readAllBytes(
        Path.of(outcome.folder().model().toUri()).resolve("model.safetensors"));
  }

  @Test
  void aRunStopsEarlyAndItsResultIsTheBestRound() throws Exception {
    Told told = new Told();
    String[] early = {"evaluate.patience=1", "result=best"};
    Federation.Outcome stopped = train(told, "early", early);
    String end = told.lines.get(told.lines.size() - 1);
    assertThat(end).matches("stopped [1-6] best [0-5]");
    int last = Integer.parseInt(end.split(" ")[1]);
    int best = Integer.parseInt(end.split(" ")[3]);
    assertThat(told.losses).hasSize(last + 1);
    for (int round = 1; round < last; round++) {
      assertThat(told.losses.get(round)).isLessThan(told.losses.get(round - 1));
    }
    assertThat(best).isEqualTo(last - 1);
    assertThat(told.losses.get(last)).isGreaterThanOrEqualTo(told.losses.get(best));
    byte[] model = model(stopped);
    Federation.Outcome expected = train(RoundListener.NONE, "best", "rounds=" + (best + 1));
    assertThat(model).isEqualTo(model(expected));
    assertThat(Files.readString(Path.of(stopped.folder().result().toUri())))
        .contains("\"rounds\" : " + (best + 1));

    RunReport report = RunReport.of(Tiny.STORE, stopped.folder());
    assertThat(report.rounds()).isEqualTo(last + 1);
    assertThat(report.score("validation", "loss")).isEqualTo(told.losses.get(best));

    // Running the same command again trains nothing.
    Told again = new Told();
    train(again, "early", early);
    assertThat(again.lines).containsExactly(end);
    assertThat(model(stopped)).isEqualTo(model);

    // Without patience the run resumes where it stopped, and its last round is the result.
    Told further = new Told();
    Federation.Outcome all = train(further, "early");
    assertThat(further.lines).startsWith("resumed " + (last + 1)).endsWith("round 7");
    Federation.Outcome plain = train(RoundListener.NONE, "plain");
    assertThat(model(all)).isEqualTo(model(plain)).isNotEqualTo(model);
  }

  @Test
  void aBestRoundWhoseCheckpointIsDeletedIsRefused() throws Exception {
    Told told = new Told();
    Federation.Outcome last = train(told, "deleted");
    byte[] model = model(last);
    int best = told.losses.indexOf(Collections.min(told.losses));
    Tiny.STORE.delete(last.folder().global(best)); // if it is the last round, it is still there
    assertThatThrownBy(() -> train(RoundListener.NONE, "deleted", "result=best"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(
            "result: round " + (best + 1) + " has", "lowest validation loss", "set result: last");
    assertThat(model(last)).isEqualTo(model);
  }

  @Test
  void whatNeedsValidationOrAGlobalModelIsRefusedBefore() throws Exception {
    assertThatThrownBy(
            () -> train(RoundListener.NONE, "no", "evaluate.parts=[test]", "result=best"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("result: best needs the validation loss");
    assertThatThrownBy(
            () ->
                new Federation(SPARK.session(), RoundListener.NONE)
                    .train(
                        tiny.config("no", "local", "evaluate.parts=[validation]", "result=best")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("result: best needs a global model, but with local");
    assertThat(dir.resolve("runs/no")).doesNotExist();
  }

  /**
   * Adapters begin with B = 0, and all begin with the same classifier: one score for all. Only
   * rounding differs: weights that train are copies, with another alignment in memory than those in
   * the map of the file, and products of one row depend on it.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "fedavg",
        "fedit",
        "ffa-lora",
        "flexlora",
        "fedsa-lora",
        "rolora",
        "flora",
        "fedex-lora",
        "local",
        "central"
      })
  void beforeTrainingEveryFrameworkHasTheScoresOfTheSameModel(String framework) throws Exception {
    List<Evaluation> start = new ArrayList<>();
    RoundListener listener =
        new RoundListener() {
          @Override
          public void evaluatedStart(List<Evaluation> evaluations) {
            start.addAll(evaluations);
          }
        };
    List<String> sets = new ArrayList<>(List.of("rounds=1", "evaluate.start=true"));
    if (framework.contains("lora") || framework.equals("fedit")) {
      sets.addAll(List.of(Tiny.LORA));
    }
    sets.add("client.schedule={name: constant}");
    new Federation(SPARK.session(), listener)
        .train(tiny.config("start-" + framework, framework, sets.toArray(String[]::new)));
    assertThat(start).hasSize(1);
    first = first == null ? start.get(0).scores() : first;
    assertThat(start.get(0).scores().keySet()).isEqualTo(first.keySet());
    first.forEach(
        (name, score) ->
            assertThat(start.get(0).scores().get(name)).isCloseTo(score, within(1e-7)));
    assertThat(start.get(0).client()).isNull();
  }

  /** The scores before training of the framework that came first. */
  private static SortedMap<String, Double> first;

  @Test
  void stagesOfSparkSayRoundPhaseAndClients() throws Exception {
    Set<String> stages = Collections.synchronizedSet(new TreeSet<>());
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onStageSubmitted(SparkListenerStageSubmitted stage) {
            stages.add(stage.stageInfo().name());
          }
        };
    SPARK.session().sparkContext().addSparkListener(listener);
    try {
      train(RoundListener.NONE, "named", "rounds=1", "evaluate.start=true", "reduce.driverLimit=1");
      SPARK.session().sparkContext().listenerBus().waitUntilEmpty(10_000);
    } finally {
      SPARK.session().sparkContext().removeSparkListener(listener);
    }
    assertThat(stages)
        .contains(
            "before training: evaluation on test rows",
            "round 1: training of 3 clients: 0000, 0001, 0002",
            "round 1: checking the client updates",
            "round 1: merging (aggregating) the client updates",
            "round 1: evaluation on validation rows");
  }
}
