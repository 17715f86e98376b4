package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.fixture.RawSetFile;
import org.tributary.fixture.Slow;
import org.tributary.partition.Partitioning;
import org.tributary.protocol.HostTensor;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;
import org.tributary.run.SkippedRows;
import org.tributary.tables.RoundSummary;
import org.tributary.tables.RunReport;

/** Rows that cannot be used either end the run before its first round or are left out. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Slow
class BadRowsTest {
  private static final String SKIP = "data.badRows=skip";
  private static final String[] ONE = {"rounds=1", "client.schedule.warmup=0"};

  @TempDir Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private Tiny clean;
  private Tiny bad;

  /** The same rows twice; one copy also has five rows that cannot be used. */
  @BeforeEach
  void make() throws IOException {
    clean = new Tiny(dir.resolve("clean"), 9, 8);
    bad = new Tiny(dir.resolve("bad"), 9, 8);
    bad.rewrite(
        "client=0001/train",
        rows -> {
          rows.add(0, Tiny.row(null, "genetic"));
          rows.add(4, Tiny.row(" \n", "genetic"));
          rows.add(Tiny.row("what is it", "genetics"));
        });
    bad.rewrite("client=0000/validation", rows -> rows.add(2, Tiny.row("what is it", null)));
    bad.rewrite("test", rows -> rows.add(7, Tiny.row("", "genetic")));
    bad.seal();
  }

  private static Federation.Outcome train(TrainConfig config) throws Exception {
    return new Federation(SPARK.session(), RoundListener.NONE).train(config);
  }

  private static Map<String, HostTensor> global(Federation.Outcome outcome, int round) {
    return Tiny.tensors(outcome.folder().global(round));
  }

  @Test
  void theyEndTheRunBeforeItBegins() {
    TrainConfig config = bad.config("run", "fedavg", "evaluate.parts=[test, validation]");
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("5 rows cannot be used; correct them and partition again")
        .hasMessageContaining("leave them out with data.badRows=skip")
        .hasMessageContaining("client=0000/validation/part-00000.parquet, row 2: column label is")
        .hasMessageContaining("client=0001/train/part-00000.parquet, row 0: column text is empty")
        .hasMessageContaining("client=0001/train/part-00000.parquet, row 4: column text is empty")
        .hasMessageContaining("row 10: label \"genetics\" in column label is not among")
        .hasMessageContaining("did you mean \"genetic\"?")
        .hasMessageContaining("test/part-00000.parquet, row 7: column text is empty");
    assertThat(bad.out("run")).doesNotExist();
  }

  /** Leaving out all rows is not accepted. */
  @Test
  void whereNoneCanBeUsedNobodyIsToldToSkipThem() throws IOException {
    for (String part : new String[] {"client=0000/train", "client=0001/train", "test"}) {
      bad.rewrite(part, rows -> rows.replaceAll(row -> Tiny.row(null, "genetic")));
    }
    bad.seal();
    assertThatThrownBy(() -> train(bad.config("run", "fedavg")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("none of the 81 rows can be used:")
        .hasMessageContaining("fill it in or leave the row out")
        .hasMessageNotContaining("badRows");
  }

  @Test
  void withoutThemTheRunIsThatOfTheOtherRows() throws Exception {
    String[] sets = {SKIP, "evaluate.parts=[test, validation]"};
    TrainConfig config = bad.config("run", "fedavg", sets);
    Federation.Outcome outcome;
    try (LoggedWarnings warnings = LoggedWarnings.of(RowCheck.class)) {
      outcome = train(config);
      assertThat(warnings.heard())
          .singleElement()
          .asString()
          .contains("5 rows cannot be used and are left out", "skipped.json has their places")
          .contains("client=0001/train/part-00000.parquet, row 4: column text is empty");
    }
    SkippedRows skipped = SkippedRows.read(Tiny.STORE, outcome.folder());
    assertThat(skipped.rows()).isEqualTo(5);
    assertThat(skipped.files())
        .containsEntry("client=0001/train/part-00000.parquet", List.of(0, 4, 10))
        .containsEntry("client=0000/validation/part-00000.parquet", List.of(2))
        .containsEntry("test/part-00000.parquet", List.of(7))
        .hasSize(3);
    Federation.Outcome expected = train(clean.config("run", "fedavg", sets));
    List<Map<String, HostTensor>> loop = new PlainLoop(config).run();
    for (int round = 0; round < 3; round++) {
      assertThat(global(outcome, round)).isEqualTo(global(expected, round));
      assertThat(global(outcome, round)).isEqualTo(loop.get(round));
    }
    RunReport report = RunReport.of(Tiny.STORE, outcome.folder());
    RunReport other = RunReport.of(Tiny.STORE, expected.folder());
    assertThat(report.rows()).isEqualTo(Map.of("test", 60L, "validation", 8L));
    assertThat(report.scores()).isEqualTo(other.scores());
  }

  @Test
  void aStageFindsWhatTheDriverFinds() throws Exception {
    TrainConfig config = bad.config("run", "fedavg", SKIP);
    Blueprint blueprint = new Blueprint(Tiny.STORE, config);
    RunFolder folder = new RunFolder(Tiny.STORE.path(config.out()));
    JavaSparkContext context = JavaSparkContext.fromSparkContext(SPARK.session().sparkContext());
    RowCheck check = new RowCheck(Tiny.STORE, blueprint, folder);
    assertThat(check.isSmall()).isTrue();
    SkippedRows driver = check.check(null);
    assertThat(driver.rows()).isEqualTo(5);
    assertThat(check.check(context)).isEqualTo(driver);
  }

  @Test
  void manyRowsAreReadByAStage() throws Exception {
    bad.rewrite(
        "client=0000/train",
        rows -> {
          for (int i = 0; i < 10_000; i++) {
            rows.add(Tiny.row("row " + i, i == 7000 ? null : "genetic"));
          }
        });
    bad.seal();
    TrainConfig config = bad.config("run", "fedavg", concat(SKIP, ONE));
    assertThat(Federation.prepare(Tiny.STORE, config).skipped()).isNull();
    Federation.Outcome outcome = train(config);
    assertThat(SkippedRows.read(Tiny.STORE, outcome.folder()).files())
        .containsEntry("client=0000/train/part-00000.parquet", List.of(7009))
        .hasSize(4);
    assertThat(global(outcome, 0)).isEqualTo(new PlainLoop(config).run().get(0));
  }

  @Test
  void aRunThatGoesOnLeavesOutTheSame() throws Exception {
    TrainConfig config = bad.config("run", "fedavg", SKIP);
    RoundListener stops =
        new RoundListener() {
          @Override
          public void closed(RoundSummary summary) {
            throw new IllegalStateException("stopped");
          }
        };
    assertThatThrownBy(() -> new Federation(SPARK.session(), stops).train(config))
        .hasMessage("stopped");
    assertThat(global(train(config), 2)).isEqualTo(new PlainLoop(config).run().get(2));
    assertThatThrownBy(() -> train(bad.config("run", "fedavg")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("data.badRows: was skip, now refuse");
  }

  @Test
  void aClientWithoutOtherRowsFailsAndATestWithoutOtherRowsIsRefused() throws Exception {
    bad.rewrite("client=0001/train", rows -> rows.removeIf(row -> !row.isNull("text")));
    bad.seal();
    Federation.Outcome outcome = train(bad.config("run", "fedavg", concat(SKIP, ONE)));
    AcceptedUpdates accepted =
        JsonFiles.read(Tiny.STORE, outcome.folder().accepted(0), AcceptedUpdates.class);
    assertThat(accepted.failed()).containsOnlyKeys("0001");
    assertThat(accepted.failed().get("0001"))
        .contains("client=0001/train: none of its rows can be used");
    bad.rewrite("test", rows -> rows.removeIf(row -> !row.text("text").isEmpty()));
    bad.seal();
    assertThatThrownBy(() -> train(bad.config("other", "fedavg", SKIP)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("none of its 1 test rows can be used");
  }

  private static String[] concat(String first, String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    all.add(first);
    return all.toArray(String[]::new);
  }

  @Test
  void aLanguageModelsNullAnswers() throws Exception {
    String[] sets = {
      "model.path=" + bad.llama(),
      "data.prompt=\"what is {text}\"",
      "data.answer=label",
      "evaluate.parts=[validation]",
      "rounds=1",
      "client.schedule.warmup=0"
    };
    assertThatThrownBy(() -> train(bad.config("run", "fedavg", sets)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("1 rows cannot be used")
        .hasMessageContaining("client=0000/validation/part-00000.parquet, row 2: column label is");
    TrainConfig config = bad.config("run", "fedavg", concat(SKIP, sets));
    Federation.Outcome outcome = train(config);
    assertThat(RunReport.of(Tiny.STORE, outcome.folder()).rows())
        .isEqualTo(Map.of("validation", 8L));
  }

  /**
   * Its client would otherwise fail in the round that draws the row. The part has more rows than
   * those whose tokens are counted.
   */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "llama"})
  void aTextThatIsTooLongForTheTokenizer(String model) throws Exception {
    clean.rewrite(
        "client=0001/train",
        rows -> {
          for (int i = 0; i < 200; i++) {
            rows.add(1, Tiny.row(i == 0 ? "a ".repeat(500_001) : "what is it", "genetic"));
          }
        });
    clean.seal();
    List<String> sets = new ArrayList<>(List.of(ONE));
    if (model.equals("llama")) {
      sets.addAll(
          List.of("model.path=" + clean.llama(), "data.prompt=\"{text}\"", "data.answer=label"));
    }
    assertThatThrownBy(() -> train(clean.config("run", "fedavg", sets.toArray(String[]::new))))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("1 rows cannot be used")
        .hasMessageContaining(
            "client=0001/train/part-00000.parquet, row 200: a text of 1,000,002 characters");
    sets.add(SKIP);
    Federation.Outcome outcome = train(clean.config("run", "fedavg", sets.toArray(String[]::new)));
    AcceptedUpdates accepted =
        JsonFiles.read(Tiny.STORE, outcome.folder().accepted(0), AcceptedUpdates.class);
    assertThat(accepted.clients())
        .extracting(AcceptedUpdates.Choice::client, AcceptedUpdates.Choice::samples)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("0000", 9L),
            org.assertj.core.groups.Tuple.tuple("0001", 207L));
  }

  /** A set in which one row of a client's training file has no text. */
  @Test
  void oneNullRowOfACase() throws Exception {
    Path rows = GoldenCases.of("../cases/09-one-null-row-drops-a-client/rows.jsonl");
    Partitioning.run(
        SPARK.session(),
        Tiny.STORE,
        RawSetFile.config(
            "jsonl",
            rows.toUri().toString(),
            dir.resolve("parts"),
            List.of("partitioner={name: natural, column: office}")));
    String[] sets = concat("data.path=" + dir.resolve("parts/set"), ONE);
    assertThatThrownBy(() -> train(clean.config("run", "fedavg", sets)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("1 rows cannot be used")
        .hasMessageContaining("client=lyon/train/part-00000.parquet, row ")
        .hasMessageContaining("column text is empty");
    Federation.Outcome outcome = train(clean.config("run", "fedavg", concat(SKIP, sets)));
    AcceptedUpdates accepted =
        JsonFiles.read(Tiny.STORE, outcome.folder().accepted(0), AcceptedUpdates.class);
    assertThat(accepted.clients())
        .extracting(AcceptedUpdates.Choice::client, AcceptedUpdates.Choice::samples)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("lyon", 22L),
            org.assertj.core.groups.Tuple.tuple("oslo", 23L));
  }
}
