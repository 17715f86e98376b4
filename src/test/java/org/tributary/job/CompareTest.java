package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.federation.Tiny;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.run.RunFolder;
import org.tributary.tables.RunReport;
import org.tributary.tables.StatisticsTable;

/**
 * Variants under equal conditions: each runs with every seed, validation selects the rate, and
 * nothing runs twice.
 */
@Slow
class CompareTest {
  @TempDir Path dir;
  private Path train;

  @BeforeEach
  void makeWorld() throws IOException {
    System.setProperty("spark.master", "local[2]");
    Tiny tiny = new Tiny(dir, 6, 9, 5);
    train = dir.resolve("train.yaml");
    Files.writeString(train, tiny.yaml("common", "fedavg"));
  }

  @AfterEach
  void clearMaster() {
    System.clearProperty("spark.master");
  }

  private JobRun run(String yaml) throws IOException {
    Path file = dir.resolve("compare.yaml");
    Files.writeString(
        file, "out: %s\ntrain: %s\n%s".formatted(dir.resolve("compare"), train, yaml));
    return JobRun.of("compare", file.toString());
  }

  /**
   * Inspects the comparison as a whole, by its folder's content as a shell expands it, and by one
   * variant.
   */
  private void inspectFindsItsRuns() throws IOException {
    String[] seeds = {"full/seed=3", "full/seed=4", "adapters/seed=4", "adapters/lr=2.0e-2"};
    Path root = dir.resolve("compare");
    JobRun whole = JobRun.of("inspect", root.toString());
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(whole.out()).contains(seeds);
    List<String> args = new ArrayList<>(List.of("inspect"));
    try (Stream<Path> content = Files.list(root)) {
      content.sorted().map(Path::toString).forEach(args::add);
    }
    JobRun content = JobRun.of(args.toArray(String[]::new));
    assertThat(content.code()).as(content.err()).isZero();
    assertThat(content.out()).contains(seeds).contains("train.yaml belongs to a comparison");
    JobRun variant = JobRun.of("inspect", root.resolve("full").toString());
    assertThat(variant.out()).contains("full/seed=3").doesNotContain("adapters/");
  }

  /** The report of the comparison has each variant's mean over the seeds 3 and 4. */
  private void reportHasTheMeans(String... variants) throws IOException {
    String html = Files.readString(dir.resolve("compare/report.html"));
    for (String variant : variants) {
      double sum = 0;
      for (String seed : List.of("seed=3", "seed=4")) {
        Path run = dir.resolve("compare").resolve(variant).resolve(seed);
        RunFolder folder = new RunFolder(Tiny.STORE.path(run.toString()));
        sum += RunReport.of(Tiny.STORE, folder).score("test", "accuracy");
      }
      assertThat(html)
          .contains(
              "<th scope=\"row\">%s</th><td class=\"n\"><data value=\"%s\">"
                  .formatted(variant, sum / 2));
    }
  }

  private Map<String, FileTime> files() throws IOException {
    Map<String, FileTime> times = new TreeMap<>();
    Path root = dir.resolve("compare");
    if (Files.exists(root)) {
      try (Stream<Path> all = Files.walk(root)) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          // Lock files are created and deleted.
          if (!file.toString().contains("/lock/")) {
            times.put(file.toString(), Files.getLastModifiedTime(file));
          }
        }
      }
    }
    return times;
  }

  private static final String TWO =
      """
      seeds: [3, 4]
      variants:
        full: []
        adapters:
          - framework.name=fedit
          - "framework.lora={rank: 2, targets: [query]}"
      rates:
        adapters: [1.0e+30, 1.0e-9, 2.0e-2]
      """;

  @Test
  void everyVariantWithEverySeedAndTheBetterRate() throws IOException {
    JobRun first = run(TWO);
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out())
        .contains("full/seed=3")
        .contains("full/seed=4")
        .contains("adapters/seed=3")
        .contains("adapters/seed=4")
        .contains("±")
        .contains("note: learning rates were chosen for adapters, but not for full,")
        .contains("report: file:" + dir.resolve("compare/report.html"))
        .doesNotContain("budgets differ");
    // With one rate the loss diverges and with another nothing is learnt, so the seeds use the
    // third.
    assertThat(first.err())
        .contains("adapters, lr 1.0e+30: not to be chosen")
        .contains("adapters, lr 1.0e-9: validation loss")
        .contains("adapters: lr 2.0e-2 of")
        .doesNotContain("at the edge");
    RunReport trial =
        RunReport.of(
            Tiny.STORE,
            new RunFolder(
                new org.apache.hadoop.fs.Path(
                    dir.resolve("compare/adapters/lr=2.0e-2").toString())));
    assertThat(trial.scores()).as("test rows choose nothing").containsOnlyKeys("validation");
    // One folder of tables contains all runs.
    for (String run : List.of("full/seed=3", "adapters/seed=4", "adapters/lr=2.0e-2")) {
      assertThat(dir.resolve("compare").resolve(run)).isDirectory();
      assertThat(dir.resolve("compare").resolve(run).resolve("tables")).doesNotExist();
    }
    assertThat(first.out()).contains("compare/tables");
    assertThat(JobRun.of("tables", dir.resolve("compare/full/seed=3").toString()).out())
        .contains("compare/tables/evals");
    assertThat(evals())
        .contains("full 3 false test", "full 4 false test", "adapters 3 false test")
        .contains("adapters 4 false test", "adapters 3 true validation")
        .doesNotContain("adapters 3 true test");
    reportHasTheMeans("full", "adapters");
    String config = Files.readString(dir.resolve("compare/adapters/seed=4/config.yaml"));
    assertThat(config).contains("lr: 0.02");
    Map<String, FileTime> before = files();
    assertThat(before).isNotEmpty();

    JobRun again = run(TWO);
    assertThat(again.code()).isZero();
    assertThat(again.out()).isEqualTo(first.out());
    assertThat(files()).as("nothing is done twice").isEqualTo(before);

    inspectFindsItsRuns();
    JobRun other = run(TWO.replace("2.0e-2]", "3.0e-2]"));
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("another comparison's").contains("rates").contains("0.03]");
    Files.writeString(train, Files.readString(train).replace("batch: 4", "batch: 3"));
    assertThat(run(TWO).err()).contains("train.yaml has changed since");
    assertThat(files()).isEqualTo(before);
  }

  private static final String SETS =
      """
      seeds: [3, 4]
      partitions: [%s]
      variants:
        full: []
        alone: [framework.name=local]
      baseline: full
      search: {factor: 10, points: 1, most: 2, rounds: 1}
      common: [rounds=1, client.schedule.warmup=0]
      """;

  /** Every variant on every set; sets may be added, and the first ones are not run again. */
  @Test
  void everyVariantOnEveryPartitionWithItsOwnRate() throws IOException {
    Path other = new Tiny(dir.resolve("more"), 7, 4).data();
    Path second = Files.move(other, other.resolveSibling("skewed"));
    JobRun one = run(SETS.formatted(dir.resolve("data")));
    assertThat(one.code()).as(one.err()).isZero();
    Map<String, FileTime> before = runFiles();
    JobRun two = run(SETS.formatted(dir.resolve("data") + ", " + second));
    assertThat(two.code()).as(two.err()).isZero();
    assertThat(runFiles()).containsAllEntriesOf(before);
    assertThat(two.out())
        .contains("data/full/seed=3", "data/alone/seed=4", "skewed/full/seed=3")
        .contains("skewed/alone/seed=4");
    assertThat(two.err()).contains("full on skewed: lr 1.0e-2 of [1.0e-2, 1.0e-3]", "smallest one");
    JobRun tables = JobRun.of("tables", dir.resolve("compare").toString());
    assertThat(tables.out()).contains("compare/tables/searches", "compare/tables/statistics");
    assertThat(evals("partition"))
        .contains("data full 3 false test", "skewed alone 4 false test")
        .contains("skewed full 3 true validation")
        .doesNotContain("skewed full 3 true test");
    assertThat(Files.readString(dir.resolve("compare/skewed/report.html")))
        .contains("Comparison compare, partition skewed", "full has")
        .doesNotContain("cannot be ranked");
    assertThat(Files.readString(dir.resolve("compare/report.html")))
        .contains("full on data", "alone on skewed", "On data: ", " On skewed: ")
        .contains("t-scores-data", "t-scores-skewed", "t-statistics")
        .doesNotContain("cannot be ranked");
    assertThat(Files.readString(dir.resolve("compare/report-scores.csv")))
        .startsWith("partition,variant,accuracy,")
        .contains("difference to full", "\r\ndata,alone,", "\r\nskewed,full,");
    assertThat(dir.resolve("compare/skewed/report-scores.tex")).exists();
    assertThat(JobRun.of("inspect", dir.resolve("compare/skewed").toString()).out())
        .contains("skewed/full/lr=1.0e-3", "skewed/alone/seed=4")
        .doesNotContain("data/full");
    differencesAreThoseOfTheTables(two.out());
    Map<String, FileTime> all = files();
    JobRun again = run(SETS.formatted(dir.resolve("data") + ", " + second));
    assertThat(again.out()).isEqualTo(two.out());
    assertThat(files()).isEqualTo(all);
    JobRun none = run(SETS.replace("partitions: [%s]\n", ""));
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("partitions: was [", "sets may be added");
    assertThat(files()).isEqualTo(all);
  }

  /** The other runs go on; the job fails at its end, and the run counts in no mean. */
  @Test
  void aRunThatDivergesStopsNoOther() throws IOException {
    JobRun end =
        run(
            """
            seeds: [3, 4]
            variants: {wild: [client.optimizer.lr=1.0e+30], full: []}
            baseline: full
            common: [rounds=1, client.schedule.warmup=0]
            """);
    assertThat(end.code()).isEqualTo(1);
    assertThat(end.out()).contains("full/seed=4", "wild - full");
    assertThat(end.err())
        .contains("wild/seed=3, round 1: 0 of 3 clients finished")
        .contains("wild/seed=4, round 1: 0 of 3 clients finished")
        .doesNotContain("\tat ");
    org.apache.hadoop.fs.Path folder = Tiny.STORE.path(dir.resolve("compare").toString());
    assertThat(StatisticsTable.read(Tiny.STORE, folder))
        .filteredOn(row -> row.text("variant").equals("wild"))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.longAt("missing")).isEqualTo(2))
        .allSatisfy(row -> assertThat(row.isNull("mean")).isTrue())
        .allSatisfy(row -> assertThat(row.isNull("difference")).isTrue());
    assertThat(Files.readString(dir.resolve("compare/report.html"))).contains("full has a test");
  }

  /** The statistics of both sets, from the lines of their runs. */
  private void differencesAreThoseOfTheTables(String out) throws IOException {
    assertThat(out).contains("alone - full", "cannot give a p below 0.5");
    List<org.tributary.rows.Row> rows =
        StatisticsTable.read(Tiny.STORE, Tiny.STORE.path(dir.resolve("compare").toString()));
    for (String set : List.of("data", "skewed")) {
      double sum = 0;
      for (String seed : List.of("seed=3", "seed=4")) {
        sum += loss(set + "/alone/" + seed) - loss(set + "/full/" + seed);
      }
      assertThat(rows)
          .filteredOn(row -> row.text("partition").equals(set))
          .filteredOn(row -> row.text("variant").equals("alone"))
          .filteredOn(row -> row.text("score").equals("loss"))
          .singleElement()
          .extracting(row -> row.doubleAt("difference"))
          .isEqualTo(sum / 2);
    }
  }

  private double loss(String run) throws IOException {
    RunFolder folder = new RunFolder(Tiny.STORE.path(dir.resolve("compare/" + run).toString()));
    return RunReport.of(Tiny.STORE, folder).score("test", "loss");
  }

  /** Files of runs, without tables and reports of the comparison. */
  private Map<String, FileTime> runFiles() throws IOException {
    Map<String, FileTime> files = files();
    files.keySet().removeIf(file -> !file.matches(".*/(seed|lr)=.*"));
    return files;
  }

  @Test
  void aVariantMayNotChangeWhatMakesTheComparisonEqual() throws IOException {
    JobRun end =
        run(
            """
            variants:
              cheat: [client.steps=99, framework.name=fedavg]
            rates:
              chaet: [1.0]
            """);
    assertThat(end.code()).isEqualTo(2);
    assertThat(end.err())
        .contains("client.steps=99")
        .contains("unequal")
        .contains("chaet")
        .doesNotContain("\tat ");
    assertThat(files()).isEmpty();
  }

  private static final String CENTRAL =
      """
      seeds: [3]
      variants:
        full: []
        bound: [framework.name=central]
      """;

  @Test
  void theBoundTakesAsManyStepsAsAllClients() throws IOException {
    JobRun equal = run(CENTRAL);
    assertThat(equal.code()).as(equal.err()).isZero();
    // Three rounds, two steps and three clients.
    assertThat(equal.out().lines().filter(line -> line.matches(".* 3  +18  .*"))).hasSize(2);
    assertThat(equal.out()).doesNotContain("note:");
  }

  @Test
  void unequalBudgetsAreTold() throws IOException {
    JobRun unequal = run(CENTRAL.replace("=central]", "=central, framework.centralSteps=client]"));
    assertThat(unequal.code()).as(unequal.err()).isZero();
    assertThat(unequal.out())
        .contains("note: budgets differ; steps of all clients over all rounds: full 18; bound 6");
  }

  @Test
  void keysThatAVariantLeavesBehindAreLeftOutAndTold() throws IOException {
    Files.writeString(
        train,
        Files.readString(train)
            .replace("{name: fedavg}", "{name: fedit, lora: {rank: 2, targets: [query]}}")
            .replace("rounds: 3", "rounds: 1")
            .replace("schedule: {name: cosine, warmup: 2}", "schedule: {name: cosine}"));
    JobRun end =
        run(
            """
            variants:
              adapters: []
              full: [framework.name=fedavg, client.optimizer.name=sgd]
            """);
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(end.err())
        .containsOnlyOnce("framework.lora is left out: fedavg trains the weights themselves");
    assertThat(Files.readString(dir.resolve("compare/full/seed=0/config.yaml")))
        .contains("name: \"fedavg\"")
        .doesNotContain("lora");
    JobRun unread =
        run(
            """
            variants:
              full: [framework.name=fedavg, client.optimizer.momentum=0.9]
              answers: [framework.name=fedavg, client.clip=1]
            """);
    assertThat(unread.code()).isEqualTo(2);
    assertThat(unread.err())
        .contains("variant full")
        .contains("client.optimizer.momentum: adamw does not read it, sgd does");
  }

  @Test
  void aVariantThatCannotBeginStopsAllBeforeTheFirst() throws IOException {
    JobRun end =
        run(
            """
            variants:
              good: []
              bad: [framework.name=fedit]
            """);
    assertThat(end.code()).isEqualTo(2);
    assertThat(end.err()).contains("bad").contains("framework.lora").doesNotContain("\tat ");
    assertThat(files()).isEmpty();
  }

  private JobRun refused(String yaml) throws IOException {
    JobRun end = run(yaml);
    assertThat(end.code()).as(end.err()).isEqualTo(2);
    assertThat(end.err()).doesNotContain("\tat ");
    assertThat(files()).isEmpty();
    return end;
  }

  /**
   * compare checks before the first run, for all runs, what train checks before its first round.
   */
  @Test
  void weightsRowsAndFoldersAreCheckedBeforeTheFirstVariant() throws IOException {
    String variants = "variants: {good: [], later: [client.optimizer.lr=0.02]}\n";
    Path weights = dir.resolve("model/model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    byte[] broken = whole.clone();
    for (int i = 0; i < 4; i++) {
      broken[broken.length - 1 - i] = (byte) (i == 0 ? 0x7f : 0xff);
    }
    Files.write(weights, broken);
    assertThat(refused(variants).err()).containsOnlyOnce("not finite numbers");
    Files.write(weights, whole);

    Path tokenizer = dir.resolve("model/tokenizer.json");
    byte[] tokens = Files.readAllBytes(tokenizer);
    Files.writeString(tokenizer, "{}");
    assertThat(refused(variants).err()).contains("tokenizer.json");
    Files.write(tokenizer, tokens);

    try (Stream<Path> all = Files.walk(dir)) {
      Path test = all.filter(f -> f.toString().contains("/test/part-")).findFirst().orElseThrow();
      byte[] rows = Files.readAllBytes(test);
      Files.write(test, new byte[] {1, 2, 3});
      assertThat(refused(variants).err()).containsOnlyOnce("it is not the file that was");
      Files.write(test, rows);
    }

    Path other = Files.createDirectories(dir.resolve("compare/later/seed=3"));
    Files.writeString(other.resolve("notes.txt"), "mine");
    JobRun taken = run(variants + "seeds: [3]\n");
    assertThat(taken.code()).as(taken.err()).isEqualTo(2);
    assertThat(taken.err()).contains("later/seed=3 exists and is not a run");
    assertThat(dir.resolve("compare/good")).doesNotExist();
  }

  @Test
  void adaptersThatBeginUnequallyAreNotCompared() throws IOException {
    JobRun end =
        run(
            """
            variants:
              full: []
              ahead:
                - framework.name=fedit
                - "framework.lora={rank: 2, targets: [query], start: given}"
              fresh:
                - framework.name=fedit
                - "framework.lora={rank: 2, targets: [query]}"
            """);
    assertThat(end.code()).isEqualTo(2);
    assertThat(end.err())
        .contains("framework.lora.start: unequal")
        .contains("given=[ahead]")
        .contains("none=[fresh]")
        .doesNotContain("[full]")
        .doesNotContain("\tat ");
    assertThat(files()).isEmpty();
    JobRun same =
        run(
            """
            variants:
              full: []
              one:
                - framework.name=fedit
                - "framework.lora={rank: 2, targets: [query], start: given}"
              two:
                - framework.name=fedit
                - "framework.lora={rank: 2, targets: [value], start: given}"
            """);
    assertThat(same.err()).contains("given").doesNotContain("unequal");
  }

  /** Columns of the comparison's table of evaluations: some, variant, seed, trial and part. */
  private Set<String> evals(String... more) throws IOException {
    Set<String> evals = new TreeSet<>();
    try (Stream<Path> files = Files.list(dir.resolve("compare/tables/evals"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(file.toUri());
        try (ParquetReading rows = ParquetRows.read(Tiny.STORE, path)) {
          rows.forEachRemaining(
              row -> {
                List<String> columns = new ArrayList<>(List.of(more));
                columns.addAll(List.of("variant", "seed", "trial", "part"));
                evals.add(String.join(" ", columns.stream().map(row::text).toList()));
              });
        }
      }
    }
    return evals;
  }
}
