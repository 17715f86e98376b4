package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    String yaml =
        """
        out: %s
        train: train.yaml
        seeds: [3, 4]
        variants: {full: []}
        rates: {full: [1.0e-7, 1.0e-6]}
        search: {factor: 50, most: 6, seed: 9, rounds: 1}
        """
            .formatted(dir.resolve(out));
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
    assertThat(search(killed, this::train).rate(arm)).as("a finished search").isEqualTo(rate);
    assertThat(trained).hasSize(before);
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
