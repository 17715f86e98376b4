package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.Federation;
import org.tributary.federation.RoundListener;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.rows.Row;
import org.tributary.run.Blueprint;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.tables.RunReport;
import org.tributary.tables.SearchesTable;

/** The search for a learning rate with real runs: it widens, resumes, and sees no test rows. */
@Slow
class RateSearchTest {
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir Path dir;
  private Tiny tiny;
  private final List<String> trained = new ArrayList<>();

  @BeforeEach
  void makeWorld() throws IOException {
    tiny = new Tiny(dir, 6, 9, 5);
  }

  private Variants variants(String out) throws IOException {
    return variants(out, "rates: {full: [1.0e-7, 1.0e-6]}", "factor: 50, most: 6, seed: 9");
  }

  private Variants variants(String out, String rates, String search) throws IOException {
    String yaml =
        """
        out: %s
        train: train.yaml
        seeds: [3, 4]
        variants: {full: []}
        %s
        search: {%s, rounds: 1}
        """
            .formatted(dir.resolve(out), rates, search);
    CompareConfig config =
        ConfigReader.written("c.yaml", yaml, List.of(), CompareConfig.class, Map.of()).config();
    Variants variants = new Variants(config, tiny.yaml("common", "fedavg"));
    CompareFolder.commit(Tiny.STORE, config, variants.common());
    return variants;
  }

  private RunReport train(TrainConfig run) throws IOException, InterruptedException {
    trained.add(run.out().replaceAll(".*/", ""));
    Federation federation = new Federation(SPARK.session(), RoundListener.NONE);
    return RunReport.of(Tiny.STORE, federation.train(run).folder());
  }

  private RateSearch search(Variants variants, RateSearch.Training training) {
    return new RateSearch(Tiny.STORE, variants, training, line -> {});
  }

  private org.apache.hadoop.fs.Path table(String out) throws IOException {
    org.apache.hadoop.fs.Path folder = Tiny.STORE.path(dir.resolve(out).toString());
    return SearchesTable.file(folder, "full", null);
  }

  /**
   * With rates below 1e-6 next to nothing is learnt in a round, so the grid widens. The test rows
   * are not even on the disk.
   */
  @Test
  void theSearchWidensWithoutTestRowsAndResumesWithTheSameBits() throws Exception {
    Path test = tiny.data().resolve("test/part-00000.parquet");
    Path away = dir.resolve("away.parquet");
    Files.move(test, away);
    Arm arm = new Arm(null, "full");
    Variants whole = variants("whole");
    String rate = search(whole, this::train).rate(arm);
    assertThat(Double.parseDouble(rate)).isBetween(1e-4, 1e-1);
    List<Row> rows = SearchesTable.read(Tiny.STORE, table("whole"));
    assertThat(rows).hasSizeBetween(4, 6);
    assertThat(rows).allSatisfy(row -> assertThat(row.longAt("seed")).isEqualTo(9));
    assertThat(rows).allSatisfy(row -> assertThat(row.longAt("rounds")).isEqualTo(1));
    assertThat(rows).allSatisfy(row -> assertThat(row.text("trial")).isEqualTo("true"));
    assertThat(rows.stream().filter(row -> row.text("chosen").equals("true")))
        .singleElement()
        .satisfies(row -> assertThat(row.doubleAt("lr")).isEqualTo(Double.parseDouble(rate)));
    assertThatThrownBy(() -> train(whole.run(arm, "3", rate)))
        .as("a run that is scored on test rows needs them")
        .hasMessageContaining("test/part-00000.parquet");

    Variants killed = variants("killed");
    RateSearch dies =
        search(
            killed,
            run -> {
              RunReport report = train(run);
              if (run.out().endsWith("lr=1.0e-6")) {
                throw new InterruptedException("killed");
              }
              return report;
            });
    assertThatThrownBy(() -> dies.rate(arm)).isInstanceOf(InterruptedException.class);
    assertThat(SearchesTable.read(Tiny.STORE, table("killed"))).isEmpty();
    assertThat(search(killed, this::train).rate(arm)).isEqualTo(rate);
    assertThat(Tiny.STORE.readAll(table("killed"))).isEqualTo(Tiny.STORE.readAll(table("whole")));
    int before = trained.size();
    Path tried = dir.resolve("killed/full/lr=1.0e-7");
    assertThat(weights(tried)).as("weights of a run that only tried a rate").isEmpty();
    assertThat(tried.resolve("rounds/round=00000/_SUCCESS")).exists();
    Files.writeString(tried.resolve("start.safetensors"), "of a search that was killed at its end");
    assertThat(search(killed, this::train).rate(arm)).as("a finished search").isEqualTo(rate);
    assertThat(trained).hasSize(before);
    assertThat(weights(tried)).isEmpty();
    Files.writeString(tried.resolve("start.safetensors"), "of an earlier version, which kept all");
    Files.writeString(tried.resolve("result.json"), "{}");
    assertThat(search(killed, this::train).rate(arm)).isEqualTo(rate);
    assertThat(weights(tried)).hasSize(1);
  }

  private static List<Path> weights(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).toList();
    }
  }

  /** A line of a run with a validation loss. */
  private RunReport report(TrainConfig run, double loss) throws IOException {
    RunFolder folder = new RunFolder(Tiny.STORE.path(run.out()));
    RunConfig.of(Tiny.STORE, new Blueprint(Tiny.STORE, run)).commit(Tiny.STORE, folder);
    trained.add(run.out().replaceAll(".*/", ""));
    return new RunReport(
        "full",
        "a",
        "fedavg",
        1,
        1,
        Map.of(),
        Map.of("validation", Map.of("loss", loss)),
        0,
        0,
        0,
        0,
        0);
  }

  /** The losses of a rate with the seeds 3, 8 and 9. */
  private static final Map<Double, List<Double>> PLANTED =
      Map.of(
          1e-3, List.of(2.0, 2.1, 1.9),
          1e-2, List.of(1.0, 3.0, 2.9),
          1e-1, List.of(0.5, 0.5, Double.NaN),
          1e-4, List.of(2.5, 2.4, 2.6));

  private RunReport planted(TrainConfig run) throws IOException {
    int seed = List.of(3L, 8L, 9L).indexOf(run.seed());
    return report(run, PLANTED.get(run.client().optimizer().lr()).get(seed));
  }

  /**
   * The first seed alone is misled twice: it likes a rate that diverges with another seed, and one
   * that is bad with both others.
   */
  @Test
  void theMeanOverSeedsDecidesWhereOneSeedMisleads() throws Exception {
    String rates = "rates: {full: [1.0e-3, 1.0e-2, 1.0e-1]}";
    Arm arm = new Arm(null, "full");
    Variants one = variants("one", rates, "factor: 10, most: 3, seed: 3");
    assertThat(search(one, this::planted).rate(arm)).isEqualTo("1.0e-1");
    trained.clear();
    Variants three = variants("three", rates, "factor: 10, most: 4, seeds: [3, 8, 9]");
    List<String> said = new ArrayList<>();
    RateSearch search = new RateSearch(Tiny.STORE, three, this::planted, said::add);
    assertThat(search.rate(arm)).isEqualTo("1.0e-3");
    assertThat(trained)
        .as("every rate with every seed, also beyond the edge of the best mean")
        .hasSize(12)
        .startsWith("lr=1.0e-3_seed=3", "lr=1.0e-3_seed=8", "lr=1.0e-3_seed=9")
        .contains("lr=1.0e-1_seed=9", "lr=1.0e-4_seed=3");
    assertThat(said)
        .contains(
            "full, lr 1.0e-3, seed 8: validation loss 2.1000, 0 failed",
            "full, lr 1.0e-3: validation loss 2.0000 ± 0.1000 over 3 seeds",
            "full, lr 1.0e-1: not to be chosen: with 1 of 3 seeds a client fails or there is no finite loss");
    List<Row> rows = SearchesTable.read(Tiny.STORE, table("three"));
    assertThat(rows).extracting(row -> row.longAt("number")).startsWith(1L, 1L, 1L, 2L);
    assertThat(rows).extracting(row -> row.longAt("seed")).startsWith(3L, 8L, 9L, 3L);
    assertThat(rows.get(1).doubleAt("value")).isEqualTo(2.1);
    assertThat(rows.get(1).doubleAt("mean")).isEqualTo((2.0 + 2.1 + 1.9) / 3);
    assertThat(rows.get(1).doubleAt("deviation")).isCloseTo(0.1, within(1e-12));
    assertThat(rows.subList(0, 3)).allMatch(row -> row.text("chosen").equals("true"));
    assertThat(rows.subList(3, 12)).allMatch(row -> row.text("chosen").equals("false"));
    assertThat(rows.subList(6, 9))
        .as("a rate that diverges with one seed has no mean")
        .allMatch(row -> row.isNull("mean") && row.isNull("deviation"));
    trained.clear();
    assertThat(search.rate(arm)).as("a finished search").isEqualTo("1.0e-3");
    assertThat(trained).isEmpty();
  }

  /** A search with several seeds that was stopped goes on, and ends with the same bits. */
  @Test
  void aSearchWithSeveralSeedsResumes() throws Exception {
    Arm arm = new Arm(null, "full");
    String rates = "rates: {full: [1.0e-3, 1.0e+30]}";
    String seeds = "factor: 50, points: 1, most: 2, seeds: [3, 9]";
    Variants killed = variants("killed", rates, seeds);
    RateSearch dies =
        search(
            killed,
            run -> {
              if (trained.size() == 3) {
                throw new InterruptedException("killed");
              }
              return train(run);
            });
    assertThatThrownBy(() -> dies.rate(arm)).isInstanceOf(InterruptedException.class);
    assertThat(search(killed, this::train).rate(arm)).isEqualTo("1.0e-3");
    Variants whole = variants("whole", rates, seeds);
    assertThat(search(whole, this::train).rate(arm)).isEqualTo("1.0e-3");
    assertThat(Tiny.STORE.readAll(table("killed"))).isEqualTo(Tiny.STORE.readAll(table("whole")));
  }

  @Test
  void aSearchInWhichEveryRateFailsIsTold() throws Exception {
    Variants variants = variants("out");
    RunReport lost = new RunReport("full", "a", "fedavg", 1, 1, Map.of(), Map.of(), 0, 0, 0, 2, 0);
    assertThatThrownBy(() -> search(variants, run -> lost).rate(new Arm(null, "full")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("rates.full: with none of [1.0e-7, 1.0e-6, 2.0e-9")
        .hasMessageContaining("give smaller ones");
    assertThat(Tiny.STORE.exists(table("out"))).isFalse();
  }
}
