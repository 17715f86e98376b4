package org.tributary.generation;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.FirstExecutor;
import org.tributary.cluster.Interruptible;
import org.tributary.cluster.SparkJobs;
import org.tributary.config.GenerateConfig;
import org.tributary.text.DecodingDefaults;

/**
 * Generates answers to rows with a language model, on all executors. The rows are cut into shards
 * of a fixed size and each task writes the file of one shard. A file that exists is not written
 * again, so a stopped generation resumes when it is started again. The answers do not depend on the
 * executors or on the number of stops.
 */
public final class Generation {
  private static final Logger LOG = LoggerFactory.getLogger(Generation.class);

  private final SparkSession session;
  private final GenerationListener listener;

  /**
   * Creates a generation on a session's executors.
   *
   * @param session of Spark; left running
   * @param listener receives progress
   */
  public Generation(SparkSession session, GenerationListener listener) {
    this.session = session;
    this.listener = listener;
  }

  /**
   * What one start of a generation did.
   *
   * @param rows folder with the answers
   * @param all number of all rows
   * @param written rows that this start wrote; the others existed before
   * @param tokens number of tokens in the answers of this start
   * @param truncated rows of this start whose prompts were cut
   * @param empty rows of this start without an answer, because their prompts have no tokens
   * @param seconds the duration
   */
  public record Outcome(
      Path rows, long all, long written, long tokens, long truncated, long empty, double seconds) {}

  /**
   * Checks whether a generation can start or resume. Writes nothing. Reads weights only to compare
   * their hashes with those of existing answers.
   *
   * @param store access to the files
   * @param config of the generation
   * @throws org.tributary.error.WrongInput if configuration, model, rows and folder do not fit
   * @throws IOException if a file system fails
   */
  public static void check(Store store, GenerateConfig config) throws IOException {
    GenerationModel model = new GenerationModel(store, config);
    model.tokens().close();
    GenerationRows rows = GenerationRows.of(store, config, model.prompt());
    GenerationFolder folder = new GenerationFolder(store.path(config.out()));
    if (store.exists(folder.config())) {
      folder.check(store, config, hashes(model, rows));
    } else {
      folder.checkFree(store);
      rows.checkPrompts(store, config, model.prompt());
    }
  }

  /** Files of a large model take long to hash. */
  private static Map<String, String> hashes(GenerationModel model, GenerationRows rows)
      throws IOException {
    Map<String, String> hashes = model.hashes();
    hashes.put("data.paths", rows.hash());
    return hashes;
  }

  /**
   * A generation that can start or resume. Everything that can be checked without Spark is checked.
   *
   * @param config of the generation
   * @param rows all rows, cut into shards
   * @param hashes hashes of model, adapter and data, by key
   */
  public record Prepared(GenerateConfig config, GenerationRows rows, Map<String, String> hashes) {}

  /**
   * Reads and checks what a generation needs, before it uses the cluster.
   *
   * @param store access to the paths of the configuration
   * @param config of the generation
   * @return the generation
   * @throws org.tributary.error.WrongInput if configuration, model, rows and folder do not fit
   * @throws IOException if a file system fails
   */
  public static Prepared prepare(Store store, GenerateConfig config) throws IOException {
    GenerationModel model = new GenerationModel(store, config);
    model.tokens().close();
    GenerationRows rows = GenerationRows.of(store, config, model.prompt());
    GenerationFolder folder = new GenerationFolder(store.path(config.out()));
    Map<String, String> hashes = hashes(model, rows);
    if (!store.exists(folder.config())) {
      model.checkValues();
    }
    folder.check(store, config, hashes);
    if (!store.exists(folder.config())) {
      rows.checkPrompts(store, config, model.prompt());
    }
    warn(model.own(), config.decoding());
    return new Prepared(config, rows, hashes);
  }

  /**
   * Writes the missing files.
   *
   * @param config of the generation
   * @return what was done
   * @throws org.tributary.error.WrongInput if configuration, model and rows do not fit; then
   *     nothing is written
   * @throws org.tributary.error.Trouble if a file system or a machine fails; run it again to resume
   */
  public Outcome run(GenerateConfig config) throws IOException {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    return run(prepare(Store.of(spark.hadoopConfiguration()).once(), config));
  }

  /**
   * Writes the missing files of a generation that is already checked.
   *
   * @param prepared by {@link #prepare}
   * @return what was done
   * @throws org.tributary.error.WrongInput if the folder has since become that of another
   *     generation
   * @throws IOException if a file system fails
   */
  public Outcome run(Prepared prepared) throws IOException {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    GenerateConfig config = prepared.config();
    Configuration hadoop = new Configuration(spark.hadoopConfiguration());
    hadoop.setInt(Store.PATIENCE, config.store().patience());
    Store store = Store.of(hadoop);
    GenerationRows rows = prepared.rows();
    GenerationFolder folder = new GenerationFolder(store.path(config.out()));
    // Before the start there is no work to protect, so a failure is not retried for long.
    folder.begin(store.once(), config, prepared.hashes());
    long begin = System.nanoTime();
    GenerationWork.Counts counts = counts(spark.sc());
    List<GenerationShard> open = new ArrayList<>();
    for (GenerationShard shard : rows.shards()) {
      if (!store.exists(folder.part(shard.index()))) {
        open.add(shard);
      }
    }
    long all = sum(rows.shards());
    GenerationSpec spec = GenerationSpec.of(config, folder.root(), hadoop);
    try {
      Interruptible.run(spark.sc(), () -> write(spark, spec, open, counts, all));
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException(e.getMessage()).initCause(e);
    }
    store.commit(folder.success(), FileContent.of(new byte[0]));
    return new Outcome(
        folder.rows(),
        all,
        sum(open),
        counts.tokens().value(),
        counts.truncated().value(),
        counts.empty().value(),
        (System.nanoTime() - begin) / 1e9);
  }

  private static void warn(DecodingDefaults own, GenerateConfig.Decoding d) {
    DecodingDefaults.Job job =
        new DecodingDefaults.Job(d.temperature(), d.topP(), d.repetitionPenalty());
    List<String> settings = own.settings(job);
    String way =
        settings.isEmpty()
            ? "it has no such key"
            : "what it can do: --set " + String.join(" --set ", settings);
    own.warning(job).ifPresent(warning -> LOG.warn("{}; {}", warning, way));
  }

  private Void write(
      JavaSparkContext spark,
      GenerationSpec told,
      List<GenerationShard> open,
      GenerationWork.Counts counts,
      long all)
      throws IOException {
    if (open.isEmpty()) {
      return null;
    }
    awaitExecutor(spark);
    Broadcast<GenerationSpec> spec = spark.broadcast(told);
    GenerationWork work = new GenerationWork(spec, counts);
    try (GenerationProgress watch =
        new GenerationProgress(spark.sc(), counts, listener, all - sum(open), all)) {
      return SparkJobs.run(
          spark,
          "writing answers",
          () -> {
            spark.parallelize(open, open.size()).foreach(work::run);
            return null;
          });
    } finally {
      if (!spark.sc().isStopped()) {
        spec.destroy();
      }
      LoadedGenerator.clear();
    }
  }

  private static void awaitExecutor(JavaSparkContext spark) throws IOException {
    try {
      FirstExecutor.await(spark);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(
          "stopped while it waited for an executor; run again to resume");
    }
  }

  private static long sum(List<GenerationShard> shards) {
    return shards.stream().mapToLong(GenerationShard::rows).sum();
  }

  private static GenerationWork.Counts counts(SparkContext spark) {
    LongAccumulator[] counts = new LongAccumulator[4];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAccumulator();
      spark.register(counts[i]);
    }
    return new GenerationWork.Counts(counts[0], counts[1], counts[2], counts[3]);
  }
}
