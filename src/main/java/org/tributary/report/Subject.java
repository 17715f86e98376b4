package org.tributary.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.config.BudgetSection;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.error.WrongInput;
import org.tributary.rows.Manifest;
import org.tributary.rows.Row;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.RunFolder;
import org.tributary.run.RunFolders;
import org.tributary.tables.StatisticsTable;

/**
 * What a report is about.
 *
 * @param title of the page
 * @param runs all runs, also those that only try a learning rate
 * @param comparison the comparison; empty for other runs
 * @param statistics rows of the comparison's table {@code statistics}; none before it has ended
 * @param partitions what is known of each partitioned set, by its path
 */
record Subject(
    String title,
    List<RunHistory> runs,
    Optional<Comparison> comparison,
    List<Row> statistics,
    Map<String, PartitionedSet> partitions) {
  /**
   * The files of a comparison.
   *
   * @param folder of the comparison
   * @param partition the name of the one partitioned set that the report is about; null for all
   * @param config its effective configuration
   * @param compare text of {@code compare.yaml}
   * @param train text of {@code train.yaml}
   */
  record Comparison(
      Path folder, String partition, CompareConfig config, String compare, String train) {
    /** How many variants the report is about; one on two partitioned sets counts twice. */
    int arms() {
      return config.variants().size()
          * (partition == null ? Math.max(1, config.partitions().size()) : 1);
    }

    /** How many runs it has without trials of learning rates. */
    int planned() {
      return arms() * config.seeds().size();
    }

    /** Whether the report is about runs on several partitioned sets. */
    boolean severalSets() {
      return partition == null && config.partitions().size() > 1;
    }
  }

  /**
   * A partitioned set.
   *
   * @param manifest its manifest; null if it cannot be read or has changed
   * @param problem why there is none; else null
   */
  record PartitionedSet(Manifest manifest, String problem) {}

  /**
   * Reads what is at paths.
   *
   * @param store reaches them
   * @param reader of tables
   * @param paths of runs, variants, comparisons or folders of them
   * @throws WrongInput if a path has no run
   * @throws IOException if the file system fails
   */
  static Subject read(Store store, HistoryReader reader, List<Path> paths) throws IOException {
    Map<Path, RunFolder> folders = new LinkedHashMap<>();
    for (Path path : paths) {
      List<RunFolder> found = RunFolders.at(store, path);
      if (found.isEmpty()) {
        throw new WrongInput(noRun(store, path));
      }
      found.forEach(folder -> folders.put(folder.root(), folder));
    }
    List<RunHistory> runs = reader.read(List.copyOf(folders.values()));
    if (runs.isEmpty()) {
      throw new WrongInput(
          "%s: no run has begun its first round in this version; run its job again, which resumes it, then report"
              .formatted(paths.get(0)));
    }
    Optional<Comparison> comparison =
        paths.size() == 1 ? comparison(store, paths.get(0)) : Optional.empty();
    return new Subject(
        title(paths, runs, comparison),
        runs,
        comparison,
        statistics(store, comparison),
        partitions(store, runs));
  }

  private static String noRun(Store store, Path path) throws IOException {
    if (!store.exists(path)) {
      return path + " does not exist; name the folder of a run, or of a comparison";
    }
    return ComparisonFolder.is(store, path)
        ? path + " is a comparison of which no run has begun; run compare first"
        : path
            + " is no run (it has no config.yaml) and has none; name the out of train or compare";
  }

  /** The comparison of a folder: its own, or the part of it on one partitioned set. */
  private static Optional<Comparison> comparison(Store store, Path path) throws IOException {
    if (ComparisonFolder.is(store, path)) {
      return Optional.of(comparison(store, path, null));
    }
    Path above = path.getParent();
    if (above == null || !ComparisonFolder.is(store, above)) {
      return Optional.empty();
    }
    Comparison part = comparison(store, above, path.getName());
    return part.config().partitions().stream()
            .map(CompareConfig::partitionName)
            .anyMatch(path.getName()::equals)
        ? Optional.of(part)
        : Optional.empty();
  }

  private static Comparison comparison(Store store, Path folder, String partition)
      throws IOException {
    Path file = new Path(folder, ComparisonFolder.COMPARE);
    String compare = text(store, file);
    CompareConfig config =
        ConfigReader.stored(file.toString(), compare, CompareConfig.class, Map.of());
    String train = text(store, new Path(folder, ComparisonFolder.TRAIN));
    return new Comparison(folder, partition, config, compare, train);
  }

  /** The rows of the partitioned set that the report is about, or of all. */
  private static List<Row> statistics(Store store, Optional<Comparison> comparison)
      throws IOException {
    if (comparison.isEmpty()) {
      return List.of();
    }
    String set = comparison.get().partition();
    return StatisticsTable.read(store, comparison.get().folder()).stream()
        .filter(row -> set == null || row.text("partition").equals(set))
        .toList();
  }

  private static String text(Store store, Path file) throws IOException {
    return new String(store.readAll(file), StandardCharsets.UTF_8);
  }

  private static String title(
      List<Path> paths, List<RunHistory> runs, Optional<Comparison> comparison) {
    if (comparison.isPresent()) {
      String set = comparison.get().partition();
      return "Comparison "
          + comparison.get().folder().getName()
          + (set == null ? "" : ", partition " + set);
    }
    return runs.size() == 1
        ? "Run " + runs.get(0).variant()
        : paths.size() == 1
            ? "Runs in " + paths.get(0).getName()
            : Numbers.counted(runs.size(), "run", "runs");
  }

  private static Map<String, PartitionedSet> partitions(Store store, List<RunHistory> runs)
      throws IOException {
    Map<String, PartitionedSet> sets = new TreeMap<>();
    for (RunHistory run : runs) {
      String path = run.stored().path("config").path("data").path("path").asText();
      if (!sets.containsKey(path)) {
        sets.put(path, partition(store, path, run));
      }
    }
    return sets;
  }

  /** The clients of the run's set, unless its files are out of reach or are others by now. */
  private static PartitionedSet partition(Store store, String path, RunHistory run)
      throws IOException {
    try {
      Path folder = store.path(path);
      Manifest manifest = Manifest.read(store, folder);
      String then = run.stored().path("run").path("partitions").asText();
      return store.sha256(new Path(folder, Manifest.FILE)).equals(then)
          ? new PartitionedSet(manifest, null)
          : new PartitionedSet(null, path + " has changed since the run began");
    } catch (WrongInput e) {
      return new PartitionedSet(null, e.getMessage());
    }
  }

  /**
   * The name of a run's variant in the report, with the partitioned set if a comparison has
   * several.
   */
  String variant(RunHistory run) {
    return comparison.isPresent() && comparison.get().severalSets()
        ? run.variant() + " on " + run.partition()
        : run.variant();
  }

  /** The kind of the comparison's budget: steps, bytes or seconds. */
  Optional<String> budget() {
    return comparison.map(c -> c.config().budget()).map(BudgetSection::kind);
  }

  /** The parts of a report about several partitioned sets, one for each set that has runs. */
  List<Subject> sets() {
    if (comparison.isEmpty() || !comparison.get().severalSets()) {
      return List.of();
    }
    Comparison all = comparison.get();
    List<Subject> sets = new ArrayList<>();
    for (String path : all.config().partitions()) {
      String set = CompareConfig.partitionName(path);
      List<RunHistory> own = runs.stream().filter(run -> run.partition().equals(set)).toList();
      if (!own.isEmpty()) {
        sets.add(
            new Subject(
                set,
                own,
                Optional.of(
                    new Comparison(all.folder(), set, all.config(), all.compare(), all.train())),
                statistics.stream().filter(row -> row.text("partition").equals(set)).toList(),
                partitions));
      }
    }
    return sets;
  }

  /** The runs that only try a learning rate. */
  List<RunHistory> trials() {
    return runs.stream().filter(RunHistory::trial).toList();
  }

  /** The runs that are compared, in the order of the comparison's variants and seeds. */
  List<RunHistory> compared() {
    List<RunHistory> compared = new ArrayList<>(runs);
    compared.removeIf(RunHistory::trial);
    comparison.ifPresent(
        c -> {
          List<String> sets =
              c.config().partitions().stream().map(CompareConfig::partitionName).toList();
          List<String> order = List.copyOf(c.config().variants().keySet());
          compared.sort(
              java.util.Comparator.comparingInt((RunHistory run) -> sets.indexOf(run.partition()))
                  .thenComparingInt(run -> order.indexOf(run.variant()))
                  .thenComparing(RunHistory::seed));
        });
    return compared;
  }
}
