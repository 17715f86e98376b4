package org.tributary.assessment;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.FirstExecutor;
import org.tributary.cluster.Interruptible;
import org.tributary.cluster.SparkJobs;
import org.tributary.config.EvaluateConfig;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.EvenSample;
import org.tributary.evaluation.Scoring;
import org.tributary.evaluation.Shards;
import org.tributary.model.Architecture;
import org.tributary.run.Blueprints;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.run.SkippedRows;
import org.tributary.tables.RunLabels;
import org.tributary.tables.ScoreTables;
import org.tributary.tables.TablesFolder;

/**
 * Scores models on rows of a partitioned set, on all executors. Each task scores one shard and
 * writes the predictions for its rows; the scores are computed from these files. A file that exists
 * is not written again, so a stopped evaluation resumes when it is started again.
 */
public final class Assessment {
  private final SparkSession session;

  /**
   * On a session's executors.
   *
   * @param session of Spark; left running
   */
  public Assessment(SparkSession session) {
    this.session = session;
  }

  /**
   * An evaluation that can start or resume. Everything that can be checked without Spark is
   * checked.
   *
   * @param subject what is scored
   * @param models one for each target
   * @param hashes of models and rows, by key
   * @param skipped the rows to leave out; null if a Spark stage has to find them
   */
  public record Prepared(
      Subject subject,
      List<AssessedModel> models,
      Map<String, String> hashes,
      SkippedRows skipped) {
    /** The family of the model. */
    public Architecture architecture() {
      return models.get(0).base().architecture();
    }
  }

  /**
   * The scores.
   *
   * @param tables their folder
   * @param scored for each part and model
   */
  public record Outcome(Path tables, List<ScoreTables.Scored> scored) {}

  /**
   * Reads and checks what an evaluation needs, before it uses the cluster. Writes nothing.
   *
   * @param hadoop configuration of the file systems
   * @param config as the user wrote it
   * @return the evaluation
   * @throws WrongInput if configuration, model, rows and folder do not fit
   * @throws IOException if a file system fails
   */
  public static Prepared prepare(Configuration hadoop, EvaluateConfig config) throws IOException {
    Store store = Store.of(hadoop).once();
    Subject subject = Subject.of(store, config);
    RunSpec run = runSpec(hadoop, store, subject);
    List<AssessedModel> models = new ArrayList<>();
    for (Target target : subject.targets()) {
      models.add(AssessedModel.of(store, subject.config(), target, target.isState() ? run : null));
    }
    AssessedRows rows = rows(store, subject, models.get(0));
    rows.checkParts();
    rows.checkKey(subject.config().key());
    Map<String, String> hashes = subject.hashes(store, models);
    checkBase(store, subject, hashes);
    AssessmentFolder folder = new AssessmentFolder(store.path(config.out()));
    folder.check(store, subject.config(), hashes);
    if (!store.exists(folder.config())) {
      for (AssessedModel model : models) {
        model.base().checkValues();
      }
    }
    return new Prepared(subject, models, hashes, rows.isSmall() ? rows.check() : null);
  }

  private static RunSpec runSpec(Configuration hadoop, Store store, Subject subject)
      throws IOException {
    return subject.blueprint() == null
        ? null
        : RunSpec.of(
            subject.run(),
            store.path(subject.config().run()),
            new SerializableConfiguration(hadoop));
  }

  private static AssessedRows rows(Store store, Subject subject, AssessedModel model) {
    EvaluateConfig config = subject.config();
    boolean skips = config.data().badRows().equals("skip");
    return new AssessedRows(store, model, config.parts(), config.data().path(), skips);
  }

  /** The adapter of a run belongs to the base model that it was trained with. */
  private static void checkBase(Store store, Subject subject, Map<String, String> hashes)
      throws IOException {
    boolean adapter = subject.targets().stream().anyMatch(t -> t.adapter() != null);
    if (subject.run() == null || !adapter) {
      return;
    }
    RunFolder folder = new RunFolder(store.path(subject.config().run()));
    String trained = RunConfig.stored(store, folder).path("run").path("model").asText();
    hashes.forEach(
        (key, hash) -> {
          if (key.startsWith("model") && !hash.equals(trained)) {
            throw new WrongInput(
                "run: the base model at %s has changed since %s was trained; put its files back"
                    .formatted(subject.run().model().path(), folder.root()));
          }
        });
  }

  /**
   * Scores what is missing, and writes the tables.
   *
   * @param prepared by {@link #prepare}
   * @return the scores
   * @throws WrongInput if rows cannot be used, or the folder has since become that of another
   *     evaluation
   * @throws org.tributary.error.Trouble if a file system or a machine fails; run it again to resume
   */
  public Outcome run(Prepared prepared) throws IOException {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    try {
      FirstExecutor.await(spark);
      return Interruptible.run(spark.sc(), () -> score(spark, prepared));
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException(e.getMessage()).initCause(e);
    } finally {
      LoadedAssessment.clear();
      Blueprints.clear();
    }
  }

  private Outcome score(JavaSparkContext spark, Prepared prepared) throws IOException {
    Subject subject = prepared.subject();
    EvaluateConfig config = subject.config();
    Configuration hadoop = new Configuration(spark.hadoopConfiguration());
    hadoop.setInt(Store.PATIENCE, config.store().patience());
    Store store = Store.of(hadoop);
    SkippedRows skipped = prepared.skipped();
    if (skipped == null) {
      Broadcast<AssessmentSpec> spec = broadcast(spark, hadoop, subject, SkippedRows.NONE);
      Target first = subject.targets().get(0);
      skipped = rows(store, subject, prepared.models().get(0)).check(spark, spec, first);
      spec.destroy();
    }
    AssessmentFolder folder = new AssessmentFolder(store.path(config.out()));
    boolean skips = config.data().badRows().equals("skip");
    folder.begin(store.once(), config, prepared.hashes(), skips ? skipped : null);
    RunLabels labels = subject.labels(store, AssessmentFolder.hash(config, prepared.hashes()));
    ScoreTables tables =
        new ScoreTables(new TablesFolder(folder.tables(), labels.run()), labels, subject.round());
    Broadcast<AssessmentSpec> spec = broadcast(spark, hadoop, subject, skipped);
    try {
      List<ScoreTables.Scored> scored = new ArrayList<>();
      for (String part : config.parts()) {
        for (int i = 0; i < subject.targets().size(); i++) {
          AssessedModel model = prepared.models().get(i);
          Shards shards = shards(config, model, part, skipped);
          Target target = subject.targets().get(i);
          AssessmentWork work =
              new AssessmentWork(spec, target, part, shards, labels, subject.round());
          scored.add(score(spark, store, tables, work, model.scoring()));
        }
      }
      tables.write(store, scored, prepared.models().get(0).rows().labels());
      return new Outcome(folder.tables(), scored);
    } finally {
      if (!spark.sc().isStopped()) {
        spec.destroy();
      }
    }
  }

  private static Broadcast<AssessmentSpec> broadcast(
      JavaSparkContext spark, Configuration hadoop, Subject subject, SkippedRows skipped)
      throws IOException {
    RunSpec run = runSpec(hadoop, Store.of(hadoop), subject);
    return spark.broadcast(
        AssessmentSpec.of(subject.config(), run, skipped, new SerializableConfiguration(hadoop)));
  }

  private static Shards shards(
      EvaluateConfig config, AssessedModel model, String part, SkippedRows skipped) {
    long there =
        model.rows().evaluationRows(part) - skipped.count(model.rows().evaluationParts(part));
    int rows = Math.toIntExact(config.rows() == 0 ? there : Math.min(config.rows(), there));
    return new Shards(new EvenSample(there, rows), config.shard(), config.batch());
  }

  private static <S extends Record> ScoreTables.Scored score(
      JavaSparkContext spark,
      Store store,
      ScoreTables tables,
      AssessmentWork work,
      Scoring<S> scoring)
      throws IOException {
    long begin = System.nanoTime();
    Target target = work.target();
    List<Path> files = new ArrayList<>();
    List<AssessmentWork.Open> open = new ArrayList<>();
    for (int i = 0; i < work.shards().count(); i++) {
      Path file = tables.predictions(target.client(), work.part(), i);
      files.add(file);
      if (!store.exists(file)) {
        open.add(new AssessmentWork.Open(i, file.toString()));
      }
    }
    if (!open.isEmpty()) {
      String what = "scores of %s on %s rows".formatted(target.shown(), work.part());
      List<String> wrong =
          SparkJobs.run(
              spark,
              what,
              () ->
                  spark.parallelize(open, open.size()).map(work::run).collect().stream()
                      .filter(message -> message != null)
                      .toList());
      if (!wrong.isEmpty()) {
        throw new WrongInput(wrong.get(0));
      }
    }
    Totals<S> totals = new Totals<>(scoring, work.shards().batch());
    for (Path file : files) {
      totals.add(store, file);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return totals.scored(spark, target.client(), work.part(), seconds);
  }
}
