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
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
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
  private static final List<String> PARTS = List.of("train", "validation", "test");

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
   * Partitions what a configuration names: files, tables, or what Spark reads. All bad input is
   * found before anything is written.
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
    return partitioning.interruptible(
        notes -> {
          if (!config.source().isOfFiles()) {
            SparkFrames frames = new SparkFrames(spark, partitioning.store, config.source());
            return new FrameSource(
                frames::open, config.source().columns(), config.source().format());
          }
          Map<String, SourceFiles> files = FileSource.find(partitioning.store, config, notes);
          return new FileSource(
              spark, partitioning.store, partitioning.hadoop(), config.source(), files);
        });
  }

  /**
   * Partitions DataFrames. The result has the same bits whatever the order of the rows and their
   * division by Spark are, and as if the rows were in a Parquet file. A second call with the same
   * rows finds the set and writes nothing; a call with other rows is refused.
   *
   * @param sets the rows of train, and of validation and test if there are any, by these names; all
   *     of one session
   * @param store file system of the partitions
   * @param config what to do; of its source only the columns and the image are read
   * @return the result
   * @throws org.tributary.error.Trouble if a file system or a local disk still fails after all
   *     retries
   * @throws WrongInput if rows, columns or keys cannot be used, the folder contains something else,
   *     or a second read of the rows gives other rows
   */
  public static Result run(Map<String, Dataset<Row>> sets, Store store, PartitionConfig config)
      throws IOException {
    if (!sets.containsKey("train") || !PARTS.containsAll(sets.keySet())) {
      throw new IllegalArgumentException("sets are train, validation and test: " + sets.keySet());
    }
    Map<String, Frame> frames = new LinkedHashMap<>();
    for (String set : PARTS) {
      if (sets.containsKey(set)) {
        frames.put(set, Frame.ofCaller("source." + set, sets.get(set)));
      }
    }
    SparkSession spark = sets.get("train").sparkSession();
    return new Partitioning(spark, store.once(), config)
        .interruptible(
            notes -> new FrameSource(() -> frames, config.source().columns(), "dataframe"));
  }

  /** Looks for the sources. */
  @FunctionalInterface
  private interface Finder {
    RowSource find(List<String> notes) throws IOException;
  }

  private Result interruptible(Finder finder) throws IOException {
    try {
      return Interruptible.run(
          spark.sparkContext(),
          () -> {
            List<String> notes = new ArrayList<>();
            return run(finder.find(notes), notes);
          });
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException(e.getMessage()).initCause(e);
    }
  }

  /**
   * Looks for the source files and checks the first rows of each. This needs no Spark. Of what
   * Spark reads, it checks the name of the data source alone.
   *
   * @param store file system of the sources
   * @param config what to do
   * @throws IOException if the file system fails
   * @throws WrongInput if a source is missing, cannot be read or lacks a column
   */
  public static void check(Store store, PartitionConfig config) throws IOException {
    if (!config.source().isOfFiles()) {
      if (!config.source().format().equals(PartitionConfig.Source.TABLE)) {
        SparkFormat.require(config.source().format());
      }
      return;
    }
    Map<String, SourceFiles> sources = FileSource.find(store, config, new ArrayList<>());
    if (List.of("jsonl", "csv", "parquet").contains(config.source().format())) {
      RawTables.look(store, config.source(), List.copyOf(sources.values()), identity(config));
    }
  }

  /**
   * The keys of a configuration that name paths, without the folder to write.
   *
   * @param source the raw set
   * @return dotted key to path; empty for tables, and for data sources of Spark that do not list
   *     files
   */
  public static Map<String, String> paths(PartitionConfig.Source source) {
    Map<String, String> paths = new LinkedHashMap<>();
    if (source.isOfFiles() || SparkFormat.isOfPaths(source.format())) {
      source.sets().forEach((set, path) -> paths.put("source." + set, path));
    }
    return paths;
  }

  private Result run(RowSource source, List<String> notes)
      throws IOException, InterruptedException {
    // 1. Determine the inputs, and whether the partition exists already. Only their rows identify
    // DataFrames.
    Path folder = new Path(store.path(config.out()), config.name());
    FirstExecutor.await(context());
    ReadSets.Reader reading =
        new ReadSets.Once(
            () -> SparkJobs.run(context(), "reading the sources", () -> read(source, notes)));
    Manifest.Inputs inputs =
        SparkJobs.run(context(), "hashing the sources", () -> inputs(source, reading));
    PartitionInputs existing = new PartitionInputs(store, folder);
    Optional<Manifest> done = existing.sameRun(inputs);
    if (done.isPresent()) {
      return new Result(false, folder, done.get(), notes);
    }

    // 2. Collect the keys of all rows in the driver. All errors in the rows are found here.
    ReadSets read = reading.get();
    Map<String, List<Key>> all = read.rows();
    List<String> labels = RowAssigner.labels(all.get("train"));
    RowAssigner deal = assigner(labels, read.raw(), all);
    CrossSetDuplicates duplicates = new CrossSetDuplicates(config.duplicates(), read.raw(), all);
    Map<String, List<Key>> keys = duplicates.kept();

    // 3. Assign each row to a file.
    FilePlan plan = new FilePlan();
    FilePlanner decision = new FilePlanner(config, deal, plan, keys);
    Map<String, int[]> targets = decision.decide();

    // 4. Write the files of rows, then the manifest.
    existing.begin(inputs);
    Map<FilePlan.Target, Manifest.Part> parts =
        SparkJobs.run(
            context(), "writing the parts", () -> write(folder, plan, read, keys, targets));
    SortedMap<String, String> leftOut =
        new LeftOutOwners(config.duplicates())
            .of(decision.owners(), read.found().get("train"), keys);
    Manifest manifest =
        new ManifestMaker(inputs, read).of(labels, parts, duplicates.report(), leftOut);
    manifest.write(Store.of(hadoop()), folder);
    return new Result(true, folder, manifest, notes);
  }

  /** Assigns rows whose labels are all in train. */
  private RowAssigner assigner(
      List<String> labels, Map<String, RawSet> raw, Map<String, List<Key>> all) {
    RowAssigner assigner = new RowAssigner(config, labels);
    raw.forEach((set, rows) -> assigner.refuseUnknownLabels(rows.source(), all.get(set)));
    return assigner;
  }

  private Manifest.Inputs inputs(RowSource source, ReadSets.Reader rows) throws IOException {
    Map<String, List<Manifest.SourceFile>> hashed = source.identify(rows);
    return new Manifest.Inputs(
        config.name(),
        config.seed(),
        source.format(),
        hashed.get("train"),
        hashed.getOrDefault("validation", List.of()),
        hashed.getOrDefault("test", List.of()),
        config.source().columns(),
        config.label(),
        new Manifest.Partitioner(config.partitioner().name(), Partitioners.parameters(config)),
        new Manifest.Shares(
            hashed.containsKey("validation") ? 0 : config.validation(),
            hashed.containsKey("test") ? 0 : config.test()),
        config.source().imageColumn(),
        sameness(),
        config.source().separator());
  }

  private Manifest.DuplicateRule sameness() {
    return config.duplicates().equals("report") && config.duplicateColumns().isEmpty()
        ? null
        : new Manifest.DuplicateRule(config.duplicates(), config.duplicateColumns());
  }

  private static RowCodec.Identity identity(PartitionConfig config) {
    return new RowCodec.Identity(
        config.label(),
        config.partitioner().ownerColumn(),
        config.source().imageColumn(),
        List.copyOf(config.duplicateColumns()),
        config.seed());
  }

  private ReadSets read(RowSource source, List<String> notes) throws IOException {
    Map<String, RawSet> raw = source.open(identity(config), notes);
    Map<String, RawSet.Keys> found = new LinkedHashMap<>();
    raw.forEach((set, rows) -> found.put(set, rows.keys()));
    return new ReadSets(raw, found);
  }

  private Map<FilePlan.Target, Manifest.Part> write(
      Path folder,
      FilePlan plan,
      ReadSets read,
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
          sets.add(read.raw().get(set));
          assignments.add(
              FileAssignment.of(
                  read.found().get(set).all(), keys.get(set), files.numbered(target)));
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
