package org.tributary.ml;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.Sha256;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.FirstExecutor;
import org.tributary.cluster.Interruptible;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.FrameworkSection;
import org.tributary.config.LocatedConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.Federation;
import org.tributary.federation.RoundListener;
import org.tributary.protocol.Role;
import org.tributary.rows.Manifest;
import org.tributary.run.Blueprint;
import org.tributary.run.RunData;
import org.tributary.run.TaskKeys;

/**
 * One call of {@link FederatedFineTuner#fit}: checks everything, partitions the rows, trains. Sets
 * and runs have names made from their contents, so that an interrupted call is resumed by the next
 * one, and fits with other params or other rows have other folders.
 */
final class Fit {
  private static final String PLANNED = WorkFolder.PLANNED;
  private static final int HEX = 16;

  private final FederatedFineTuner tuner;
  private final SparkSession spark;
  private final Store store;
  private final TrainKeys keys;
  private final WorkFolder work;

  /**
   * Prepares a call.
   *
   * @param tuner has the params
   * @param spark the session of the rows
   */
  Fit(FederatedFineTuner tuner, SparkSession spark) {
    this.tuner = tuner;
    this.spark = spark;
    store = Store.of(spark.sparkContext().hadoopConfiguration());
    keys = new TrainKeys(tuner);
    work = new WorkFolder(tuner.getWorkDir());
  }

  /**
   * Trains.
   *
   * @param tuner has the params
   * @param dataset the rows
   * @return the model
   */
  static FineTunedModel of(FederatedFineTuner tuner, Dataset<?> dataset) {
    TrainingColumns.check(tuner, dataset.schema());
    try {
      Fit fit = new Fit(tuner, dataset.sparkSession());
      SparkContext context = dataset.sparkSession().sparkContext();
      return Interruptible.run(context, () -> fit.trained(dataset));
    } catch (InterruptedException e) {
      throw new UncheckedIOException(interrupted(e));
    } catch (InterruptedIOException e) {
      throw new UncheckedIOException(interrupted(e));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InterruptedIOException interrupted(Exception e) {
    InterruptedIOException stopped =
        new InterruptedIOException("fit was stopped; call it again to resume");
    stopped.initCause(e);
    return stopped;
  }

  private FineTunedModel trained(Dataset<?> dataset) throws IOException, InterruptedException {
    // 1. Check what needs no rows.
    LocatedConfig<TrainConfig> draft = keys.config(work.run(PLANNED), work.set(PLANNED), Map.of());
    checkFolders(draft.config());
    List<String> columns = List.of(dataset.schema().fieldNames());
    List<String> prompts =
        TrainingColumns.classifies(tuner)
            ? List.of()
            : RunData.promptColumns(store, draft.config(), columns);

    // 2. Count the rows, and check the run as if they were partitioned. Nothing is written before.
    FirstExecutor.await(JavaSparkContext.fromSparkContext(spark.sparkContext()));
    LocatedConfig<TrainConfig> complete;
    try (TrainingRows rows = TrainingRows.of(tuner, dataset, prompts)) {
      RowCounts counts = rows.counts();
      counts.check(draft.config().data().badRows().equals("skip"));
      Map<String, String> further = further(rows);
      LocatedConfig<TrainConfig> planned =
          keys.config(work.run(PLANNED), work.set(PLANNED), further);
      Blueprint blueprint = plan(planned, counts.planned(rows.columns()));

      // 3. Partition the rows.
      String set = rows.id();
      new RowPartition(tuner, store, work).make(set, rows);

      LocatedConfig<TrainConfig> unnamed = keys.config(work.run(PLANNED), work.set(set), further);
      String run = run(unnamed.config(), blueprint);
      complete = keys.config(work.run(run), work.set(set), further);
    }

    // 4. Train, without the DataFrame's rows in memory.
    return train(complete);
  }

  private void checkFolders(TrainConfig config) throws IOException {
    SparkConf conf = spark.sparkContext().getConf();
    Path folder = store.path(config.model().path());
    ReachableFolders.check(conf, "modelUrl", folder, config.shared());
    ReachableFolders.check(conf, "workDir", store.path(work.root()), config.shared());
    if (!store.exists(new Path(folder, HuggingFaceFolder.CONFIG))) {
      throw new WrongInput(
          "modelUrl: %s is not a model's folder (it has no %s); name a folder in Hugging Face layout"
              .formatted(folder, HuggingFaceFolder.CONFIG));
    }
  }

  /** The keys that follow from the rows. */
  private Map<String, String> further(TrainingRows rows) {
    Map<String, String> further = new LinkedHashMap<>();
    if (rows.hasNumbers() && !keys.has("data.classes")) {
      further.put("data.classNumbers", "true");
    }
    boolean validates =
        tuner.getValidation() > 0 || tuner.isDefined(tuner.validationIndicatorCol());
    if (validates) {
      further.put("evaluate.parts", tuner.getTest() > 0 ? "[validation, test]" : "[validation]");
    }
    return further;
  }

  private Blueprint plan(LocatedConfig<TrainConfig> planned, Manifest rows) throws IOException {
    Blueprint blueprint;
    try {
      blueprint = Federation.plan(store, planned.config(), rows);
      TaskKeys.check(planned, blueprint.architecture());
    } catch (WrongInput e) {
      throw keys.named(e);
    }
    if (blueprint.plan(0).any(Role::isPersonal)) {
      throw new WrongInput(
          "framework: %s gives every client a model of its own, but fit returns one model; choose another framework, or run the job train"
              .formatted(planned.config().framework().name()));
    }
    return blueprint;
  }

  /** The name of the folder of a run: everything that decides its result and its tables. */
  private String run(TrainConfig config, Blueprint blueprint) throws IOException {
    StringBuilder text = new StringBuilder(EffectiveConfig.frozen(config).yaml());
    text.append("\nrounds=").append(config.rounds());
    text.append("\nresult=").append(config.result()).append('\n');
    text.append(EffectiveConfig.yaml(config.evaluate()));
    text.append("\nmodel=").append(blueprint.base().files().hash());
    FrameworkSection.Lora lora = config.framework().lora();
    if (lora != null && lora.start() != null) {
      Path start = store.path(lora.start());
      text.append("\nstart=").append(store.sha256(new Path(start, PeftAdapter.CONFIG)));
      text.append(store.sha256(new Path(start, PeftAdapter.WEIGHTS)));
    }
    return config.framework().name() + "-" + Sha256.of(text.toString()).substring(0, HEX);
  }

  private FineTunedModel train(LocatedConfig<TrainConfig> located)
      throws IOException, InterruptedException {
    TrainConfig config = located.config();
    Path folder = store.path(config.out());
    WorkFolder.inTurn(
        folder.toString(),
        () -> {
          Federation.Prepared prepared = Federation.prepare(store, config);
          return new Federation(spark, RoundListener.NONE).train(prepared);
        });
    FineTunedModel model = new FineTunedModel(tuner.uid(), ResultFolder.of(store, folder));
    return tuner.copyValues(model, tuner.extractParamMap()).setParent(tuner);
  }
}
