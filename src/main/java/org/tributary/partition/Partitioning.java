package org.tributary.partition;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.FirstExecutor;
import org.tributary.cluster.Interruptible;
import org.tributary.cluster.SparkJobs;
import org.tributary.config.Choices;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.partition.RawSet.Key;
import org.tributary.rows.Manifest;

/**
 * Splits a raw data set among clients: {@code <out>/<name>/client=<id>/{train,validation}} and a
 * global {@code test}, as Parquet files. The {@link Manifest} is written last.
 *
 * <p>The canonical order of rows is the order of SHA-256 over seed and content. The same seed
 * therefore gives the same files on any cluster, in whatever order and pieces the source is read.
 * The driver receives only hashes, labels and owners of the rows, and the file names of some.
 */
public final class Partitioning {
  private final SparkSession spark;
  private final Store store;
  private final PartitionConfig config;

  private Partitioning(SparkSession spark, Store store, PartitionConfig config) {
    this.spark = spark;
    this.store = store;
    this.config = config;
  }

  /**
   * The result of a partitioning.
   *
   * @param made false if the same partition existed already
   * @param folder of the partitioned set
   * @param manifest contents of the folder
   * @param notes what was detected from the sources and not configured, for the user
   */
  public record Result(boolean made, Path folder, Manifest manifest, List<String> notes) {}

  /** The keys of a partition configuration whose values are names from this package. */
  public static final Map<String, Choices> CHOICES =
      Map.of(
          "source.format", Choices.of(RawReader.formats()),
          "partitioner.name", Choices.ofMethods(Partitioners.all()));

  /**
   * Partitions a raw set. All bad input is found before anything is written.
   *
   * @param spark the session
   * @param store file system of the sources and partitions
   * @param config what to do
   * @return the result
   * @throws org.tributary.error.Trouble if a file system or a local disk still fails after all
   *     retries
   * @throws WrongInput if sources or keys cannot be used, or the folder contains something else
   */
  public static Result run(SparkSession spark, Store store, PartitionConfig config)
      throws IOException {
    // Before the first write there is no work to protect, so a failure is not retried for long.
    Partitioning partitioning = new Partitioning(spark, store.once(), config);
    try {
      return Interruptible.run(spark.sparkContext(), partitioning::run);
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException(e.getMessage()).initCause(e);
    }
  }

  /**
   * Looks for the source files and checks the first rows of each. This needs no Spark.
   *
   * @param store file system of the sources
   * @param config what to do
   * @throws IOException if the file system fails
   * @throws WrongInput if a source is missing, cannot be read or lacks a column
   */
  public static void check(Store store, PartitionConfig config) throws IOException {
    Partitioning partitioning = new Partitioning(null, store, config);
    Map<String, SourceFiles> sources = partitioning.sources(new ArrayList<>());
    if (List.of("jsonl", "csv", "parquet").contains(config.source().format())) {
      RawTables.look(
          store, config.source(), List.copyOf(sources.values()), partitioning.identity());
    }
  }

  private Result run() throws IOException, InterruptedException {
    // 1. Determine the inputs, and whether the partition exists already.
    List<String> notes = new ArrayList<>();
    Map<String, SourceFiles> sources = sources(notes);
    Path folder = new Path(store.path(config.out()), config.name());
    FirstExecutor.await(context());
    Manifest.Inputs inputs = SparkJobs.run(context(), "hashing the sources", () -> inputs(sources));
    PartitionInputs existing = new PartitionInputs(store, folder);
    Optional<Manifest> done = existing.sameRun(inputs);
    if (done.isPresent()) {
      return new Result(false, folder, done.get(), notes);
    }

    // 2. Collect the keys of all rows in the driver. All errors in the rows are found here.
    Map<String, RawSet> raw = new LinkedHashMap<>();
    Map<String, RawSet.Keys> found = new LinkedHashMap<>();
    SparkJobs.run(context(), "reading the sources", () -> read(sources, notes, raw, found));
    Map<String, List<Key>> all = rows(found);
    List<String> labels = RowAssigner.labels(all.get("train"));
    RowAssigner deal = assigner(labels, raw, all);
    CrossSetDuplicates duplicates = new CrossSetDuplicates(config.duplicates(), raw, all);
    Map<String, List<Key>> keys = duplicates.kept();

    // 3. Assign each row to a file.
    FilePlan plan = new FilePlan();
    FilePlanner decision = new FilePlanner(config, deal, plan, keys);
    Map<String, int[]> targets = decision.decide();

    // 4. Write the files of rows, then the manifest.
    existing.begin(inputs);
    Map<FilePlan.Target, Manifest.Part> parts =
        SparkJobs.run(
            context(), "writing the parts", () -> write(folder, plan, raw, keys, targets));
    SortedMap<String, String> leftOut =
        new LeftOutOwners(config.duplicates()).of(decision.owners(), found.get("train"), keys);
    Manifest manifest =
        new ManifestMaker(inputs, raw, found).of(labels, parts, duplicates.report(), leftOut);
    manifest.write(Store.of(hadoop()), folder);
    return new Result(true, folder, manifest, notes);
  }

  /** Assigns rows whose labels are all in train. */
  private RowAssigner assigner(
      List<String> labels, Map<String, RawSet> raw, Map<String, List<Key>> all) {
    RowAssigner assigner = new RowAssigner(config, labels);
    raw.forEach((set, rows) -> assigner.refuseUnknownLabels(rows.files(), all.get(set)));
    return assigner;
  }

  private static Map<String, List<Key>> rows(Map<String, RawSet.Keys> found) {
    Map<String, List<Key>> rows = new LinkedHashMap<>();
    found.forEach((set, keys) -> rows.put(set, keys.rows()));
    return rows;
  }

  private Map<String, SourceFiles> sources(List<String> notes) throws IOException {
    Map<String, String> given = new LinkedHashMap<>();
    given.put("train", config.source().train());
    given.put("validation", config.source().validation());
    given.put("test", config.source().test());
    given.values().removeIf(path -> path == null);
    List<String> problems = new ArrayList<>();
    Map<String, SourceFiles> sources = new LinkedHashMap<>();
    if (List.of("images", "idx").contains(config.source().format())) {
      sources.putAll(
          ImageFinder.find(store, config.source().format(), given, config.label(), problems));
      given.clear();
    }
    sources.putAll(SourceSets.find(store, config.source().format(), given, problems, notes));
    sources.values().forEach(files -> refuseHidden(files, problems));
    if (problems.size() == 1) {
      throw new WrongInput(problems.get(0));
    } else if (!problems.isEmpty()) {
      throw WrongInput.all("sources:", problems);
    }
    return sources;
  }

  /** Spark reads images in Parquet, and silently skips hidden files. */
  private void refuseHidden(SourceFiles files, List<String> problems) {
    for (Path file : config.source().image() == null ? List.<Path>of() : files.files()) {
      if (file.getName().startsWith(".") || file.getName().startsWith("_")) {
        problems.add(
            "%s: with source.image Spark reads the rows, and skips a file with the name %s; give it a name that begins with another character"
                .formatted(files.key(), file));
      }
    }
  }

  private Manifest.Inputs inputs(Map<String, SourceFiles> sources) {
    Map<String, List<Manifest.SourceFile>> hashed = new LinkedHashMap<>();
    sources.forEach((set, files) -> hashed.put(set, files.hash(context(), hadoop())));
    return new Manifest.Inputs(
        config.name(),
        config.seed(),
        config.source().format(),
        hashed.get("train"),
        hashed.getOrDefault("validation", List.of()),
        hashed.getOrDefault("test", List.of()),
        config.source().columns(),
        config.label(),
        new Manifest.Partitioner(config.partitioner().name(), Partitioners.parameters(config)),
        new Manifest.Shares(
            sources.containsKey("validation") ? 0 : config.validation(),
            sources.containsKey("test") ? 0 : config.test()),
        config.source().imageColumn(),
        sameness(),
        config.source().separator());
  }

  private Manifest.DuplicateRule sameness() {
    return config.duplicates().equals("report") && config.duplicateColumns().isEmpty()
        ? null
        : new Manifest.DuplicateRule(config.duplicates(), config.duplicateColumns());
  }

  private RowCodec.Identity identity() {
    return new RowCodec.Identity(
        config.label(),
        config.partitioner().ownerColumn(),
        config.source().imageColumn(),
        List.copyOf(config.duplicateColumns()),
        config.seed());
  }

  private Void read(
      Map<String, SourceFiles> sources,
      List<String> notes,
      Map<String, RawSet> raw,
      Map<String, RawSet.Keys> found)
      throws IOException {
    RawReader reader = new RawReader(spark, store, config.source());
    List<RawSet> sets = reader.read(List.copyOf(sources.values()), identity(), notes);
    int i = 0;
    for (String set : sources.keySet()) {
      raw.put(set, sets.get(i++));
    }
    raw.forEach((set, rows) -> found.put(set, rows.keys()));
    return null;
  }

  private Map<FilePlan.Target, Manifest.Part> write(
      Path folder,
      FilePlan plan,
      Map<String, RawSet> raw,
      Map<String, List<Key>> keys,
      Map<String, int[]> targets)
      throws IOException {
    long[] rows = new long[plan.targets().size()];
    targets.forEach((set, target) -> plan.count(keys.get(set), target, rows));
    FilledFiles files = new FilledFiles(plan, rows);
    List<RawSet> sets = new ArrayList<>();
    List<FileAssignment> assignments = new ArrayList<>();
    targets.forEach(
        (set, target) -> {
          sets.add(raw.get(set));
          assignments.add(FileAssignment.of(keys.get(set), files.numbered(target)));
        });
    return files.parts(
        new PartWriter(context(), hadoop(), folder)
            .write(sets, assignments, files.names(), files.rows()));
  }

  private JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext());
  }

  /** The file systems, with the retry settings of this partitioning. */
  private Configuration hadoop() {
    Configuration patient = new Configuration(spark.sparkContext().hadoopConfiguration());
    patient.setInt(Store.PATIENCE, config.store().patience());
    return patient;
  }
}
