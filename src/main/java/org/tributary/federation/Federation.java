package org.tributary.federation;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.FirstExecutor;
import org.tributary.cluster.Interruptible;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.executor.LoadedRun;
import org.tributary.rows.Manifest;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.PoolingNote;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.run.SkippedRows;
import org.tributary.tables.TableWriter;

/** Federated training on Spark: the entry point for jobs, tests and a spark-shell. */
public final class Federation {
  private static final Logger LOG = LoggerFactory.getLogger(Federation.class);

  private final SparkSession session;
  private final RoundListener listener;

  /**
   * A federation on a session's executors.
   *
   * @param session of Spark; left running
   * @param listener receives progress
   */
  public Federation(SparkSession session, RoundListener listener) {
    this.session = session;
    this.listener = listener;
  }

  /**
   * The result of a run.
   *
   * @param run its name in the tables
   * @param folder of the run
   * @param results folders of models or adapters
   */
  public record Outcome(String run, RunFolder folder, List<Path> results) {}

  /**
   * A run that can begin or resume. Everything that can be checked without Spark has been checked.
   *
   * @param blueprint all that its configuration, model and partitions decide
   * @param identity its frozen configuration, to compare with its folder
   * @param skipped the rows that it leaves out; null if a Spark stage has to find them
   */
  public record Prepared(Blueprint blueprint, RunConfig identity, SkippedRows skipped) {}

  /**
   * Reads and checks everything that a run needs, before it uses the cluster.
   *
   * @param store reaches the paths of the configuration
   * @param config of the run
   * @return the run
   * @throws WrongInput if configuration, model, data and the run's folder do not fit
   * @throws IOException where a file system fails
   */
  public static Prepared prepare(Store store, TrainConfig config) throws IOException {
    Prepared looked = look(store, config);
    if (!store.exists(new RunFolder(store.path(config.out())).start())) {
      looked.blueprint().base().checkValues();
    }
    return looked;
  }

  /**
   * The same except for the values of the weights, which take as long as the model is large.
   *
   * @param store reaches the paths of the configuration
   * @param config of the run
   * @return the run
   * @throws WrongInput if configuration, model, data and the run's folder do not fit
   * @throws IOException where a file system fails
   */
  public static Prepared look(Store store, TrainConfig config) throws IOException {
    Blueprint blueprint = new Blueprint(store, config);
    RunChecks.inputs(store, blueprint);
    RunFolder folder = new RunFolder(store.path(config.out()));
    RunConfig identity = RunConfig.of(store, blueprint);
    identity.checkAgainst(store, folder);
    RowCheck rows = new RowCheck(store, blueprint, folder);
    SkippedRows skipped = rows.isSmall() ? rows.check(null) : null;
    if (!store.exists(folder.start())) {
      blueprint.adapterStart(store);
    }
    return new Prepared(blueprint, identity, skipped);
  }

  /**
   * Checks a run whose rows are not partitioned yet: everything but the rows themselves and the
   * run's folder.
   *
   * @param store reaches the paths of the configuration
   * @param config of the run
   * @param planned what the manifest of its rows is to say
   * @return all that configuration, model and rows decide
   * @throws WrongInput if they do not fit
   * @throws IOException where a file system fails
   */
  public static Blueprint plan(Store store, TrainConfig config, Manifest planned)
      throws IOException {
    Blueprint blueprint = new Blueprint(store, config, planned);
    RunChecks.inputs(store, blueprint);
    blueprint.adapterStart(store);
    return blueprint;
  }

  /**
   * Trains, or resumes where an earlier driver stopped.
   *
   * @param config of the run
   * @return the result
   * @throws WrongInput if configuration, model and data do not fit; nothing is written then
   * @throws QuorumMissed if too few clients finish a round
   * @throws org.tributary.error.Trouble where a file system or a machine fails; run again to resume
   * @throws InterruptedException while waiting for another driver's lock, or if Spark is stopped;
   *     run again to resume
   */
  public Outcome train(TrainConfig config) throws IOException, InterruptedException {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    return train(prepare(Store.of(spark.hadoopConfiguration()), config));
  }

  /**
   * Trains a run that was checked already.
   *
   * @param prepared by {@link #prepare}
   * @return the result
   * @throws WrongInput if the folder now belongs to another run
   * @throws QuorumMissed if too few clients finish a round
   * @throws org.tributary.error.Trouble where a file system or a machine fails; run again to resume
   * @throws InterruptedException as of {@link #train(TrainConfig)}
   */
  public Outcome train(Prepared prepared) throws IOException, InterruptedException {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    Blueprint blueprint = prepared.blueprint();
    TrainConfig config = blueprint.config();
    RunConfig identity = prepared.identity();
    Store store = Store.of(patient(spark.hadoopConfiguration(), config));
    // Before the start there is no work to protect, so a failure is not retried for long.
    Store once = store.once();
    RunFolder folder = new RunFolder(store.path(config.out()));
    FirstExecutor.await(spark);
    SkippedRows skipped =
        prepared.skipped() == null
            ? Interruptible.run(
                spark.sc(), () -> new RowCheck(store, blueprint, folder).check(spark))
            : prepared.skipped();
    String application = spark.sc().applicationId();
    try (RunLock lock = RunLock.take(once, folder.lock(), application, config.lock().lease())) {
      Broadcast<RunSpec> spec = spark.broadcast(spec(spark, config, folder));
      try {
        // If this is interrupted, tasks have ended before their broadcast and the lock are gone.
        return Interruptible.run(
            spark.sc(),
            () -> {
              identity.checkAgainst(
                  store, folder); // the previous holder of the lock may have begun another run
              identity.commit(store, folder);
              return train(spark, spec, new Prepared(blueprint, identity, skipped), lock);
            });
      } finally {
        if (!spark.sc().isStopped()) {
          spec.destroy();
        }
        LoadedRun.clear();
        Blueprints.clear();
      }
    }
  }

  private static RunSpec spec(JavaSparkContext spark, TrainConfig config, RunFolder folder)
      throws IOException {
    Configuration hadoop = patient(spark.hadoopConfiguration(), config);
    return RunSpec.of(config, folder.root(), new SerializableConfiguration(hadoop));
  }

  private Outcome train(
      JavaSparkContext spark, Broadcast<RunSpec> spec, Prepared prepared, RunLock lock)
      throws IOException, InterruptedException {
    Store store = spec.value().store();
    Blueprint blueprint = prepared.blueprint();
    TrainConfig config = blueprint.config();
    RunFolder folder = spec.value().folder();
    if (!store.exists(folder.start())) {
      if (config.data().badRows().equals("skip")) {
        JsonFiles.commit(store, folder.skipped(), prepared.skipped());
      }
      store.commit(
          folder.start(),
          SafeTensors.content(StartState.of(store, blueprint), Map.of("format", "pt")));
    }
    String run = prepared.identity().run(store, folder);
    TableWriter tables = new TableWriter(store, folder, blueprint);
    tables.begin();
    RoundLoop.End end = new RoundLoop(spark, spec, blueprint, tables, lock, listener).run();
    List<Path> results =
        new RunResult(store, folder, blueprint).write(end.resultRounds(), end.states());
    String done = "%s is done: %s; %s".formatted(run, results, ResultNote.of(blueprint));
    if (PoolingNote.of(blueprint.base()).isPresent()) {
      LOG.warn(done);
    } else {
      LOG.info(done);
    }
    return new Outcome(run, folder, results);
  }

  /** The file systems of a run, with the run's retry settings, for the driver and all executors. */
  private static Configuration patient(Configuration hadoop, TrainConfig config) {
    Configuration patient = new Configuration(hadoop);
    patient.setInt(Store.PATIENCE, config.store().patience());
    return patient;
  }
}
