package org.tributary.federation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.FirstExecutor;
import org.tributary.cluster.Interruptible;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.model.ModelTask;
import org.tributary.model.Precision;
import org.tributary.protocol.Role;
import org.tributary.run.BaseName;
import org.tributary.run.Blueprint;
import org.tributary.run.PoolingNote;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.text.DecodingDefaults;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Machine;

/**
 * The checks of several runs before the first of them begins, such as those of a comparison:
 * everything that {@link Federation#prepare} checks, for each run. What runs share is checked once:
 * the tokenizer, the values of the weights, the rows.
 */
public final class RunChecks {
  private static final Logger LOG = LoggerFactory.getLogger(RunChecks.class);

  private final Store store;
  private final Set<List<Object>> done = new HashSet<>();
  private final List<RowCheck> rowsForSpark = new ArrayList<>();

  /**
   * Creates checks, with no run checked yet.
   *
   * @param store reaches the paths of the configurations
   */
  public RunChecks(Store store) {
    this.store = store;
  }

  /**
   * Checks a run, except for the values of its weights and for more rows than the driver reads
   * alone.
   *
   * @param alternatives its configuration, or several that differ in the learning rate, if that is
   *     chosen later: its folder may belong to any of them
   * @return all that its configuration, model and partitions decide
   * @throws WrongInput if configuration, model, data and the run's folder do not fit
   * @throws IOException where a file system fails
   */
  public Blueprint look(List<TrainConfig> alternatives) throws IOException {
    TrainConfig run = alternatives.get(0);
    Blueprint blueprint = new Blueprint(store, run);
    if (done.add(List.of("inputs", run.model(), run.data()))) {
      inputs(store, blueprint);
    }
    RunFolder folder = new RunFolder(store.path(run.out()));
    checkFolder(blueprint, folder, alternatives);
    boolean begun = store.exists(folder.start());
    // A resumed run has its own list of rows that it leaves out.
    Object skipped = begun ? folder.root() : "";
    List<Object> rows = List.of("rows", run.model(), run.data(), run.evaluate().parts(), skipped);
    if (done.add(rows)) {
      RowCheck check = new RowCheck(store, blueprint, folder);
      if (check.isSmall()) {
        check.check(null);
      } else {
        rowsForSpark.add(check);
      }
    }
    if (!begun) {
      blueprint.adapterStart(store);
    }
    return blueprint;
  }

  private void checkFolder(Blueprint blueprint, RunFolder folder, List<TrainConfig> alternatives)
      throws IOException {
    try {
      RunConfig.check(store, blueprint, folder);
    } catch (WrongInput e) {
      for (TrainConfig other : alternatives.subList(1, alternatives.size())) {
        if (fits(new Blueprint(store, other), folder)) {
          return;
        }
      }
      throw e;
    }
  }

  private boolean fits(Blueprint blueprint, RunFolder folder) throws IOException {
    try {
      RunConfig.check(store, blueprint, folder);
      return true;
    } catch (WrongInput e) {
      return false;
    }
  }

  /**
   * Reads the weights of a run that has not begun, once for all runs with the same model.
   *
   * @param blueprint of a run that {@link #look} took
   * @throws WrongInput naming weights that cannot be trained on
   * @throws IOException where a file system fails
   */
  public void values(Blueprint blueprint) throws IOException {
    TrainConfig run = blueprint.config();
    boolean begun = store.exists(new RunFolder(store.path(run.out())).start());
    if (!begun && done.add(List.of("values", run.model(), blueprint.base().used().keySet()))) {
      blueprint.base().checkValues();
    }
  }

  /**
   * Reads the rows that were too many for the driver.
   *
   * @param session its executors read
   * @throws WrongInput naming the rows that cannot be used
   * @throws IOException where a file system fails
   * @throws InterruptedException if the driver is to stop
   */
  public void rows(SparkSession session) throws IOException, InterruptedException {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    for (RowCheck check : rowsForSpark) {
      FirstExecutor.await(spark);
      Interruptible.run(spark.sc(), () -> check.check(spark));
    }
  }

  /**
   * Checks a run's tokenizer, and warns about settings in the model's folder that the run does not
   * use.
   */
  static void inputs(Store store, Blueprint blueprint) throws IOException {
    BaseName.check(store, blueprint.config().model());
    checkTokenizer(store, blueprint);
    checkResult(blueprint);
    warnOfOtherTexts(store, blueprint);
    PoolingNote.of(blueprint.base()).ifPresent(LOG::warn);
    warnOfOtherHeads(blueprint);
    warnOfFrozenHead(blueprint);
    warnOfSlowNumbers(blueprint);
  }

  private static void warnOfSlowNumbers(Blueprint blueprint) {
    if (blueprint.precision() == Precision.BFLOAT16 && Machine.bfloat16().equals(Machine.NONE)) {
      LOG.warn(
          "client.precision: bfloat16 needs less memory, but steps take longer than in float32 on this machine: its processor has no fast instructions for bfloat16 (AMX, or AVX512-BF16 of AMD), so large products are computed in float32 from widened copies; use float32 unless memory is short or executors have GPUs");
    }
  }

  private static void checkTokenizer(Store store, Blueprint blueprint) throws IOException {
    try (Tokenizer tokens = blueprint.base().tokens(store)) {
      if (tokens == null && !store.exists(blueprint.base().imageProcessorFile())) {
        LOG.warn(
            "{} is not there: images are resized to the model's size (bilinear) and scaled to -1..1",
            blueprint.base().imageProcessorFile());
      }
    }
  }

  private static void warnOfOtherTexts(Store store, Blueprint blueprint) throws IOException {
    if (blueprint.architecture().task() != ModelTask.GENERATION
        || blueprint.config().evaluate().generate() == 0) {
      return;
    }
    DecodingDefaults.read(store, blueprint.base().files().folder())
        .warning(DecodingDefaults.Job.GREEDY)
        .ifPresent(
            warning -> LOG.warn("{}: evaluation writes the likeliest token, always", warning));
  }

  private static void warnOfOtherHeads(Blueprint blueprint) throws IOException {
    List<String> replaced =
        blueprint.base().files().tensors().keySet().stream()
            .filter(blueprint.architecture()::isOfOtherHead)
            .toList();
    if (!blueprint.newHead().isEmpty() && !replaced.isEmpty()) {
      LOG.warn(
          "{}: a new classifier takes the place of {} tensors of other heads, such as {}; the result has none of them",
          blueprint.base().files().folder(),
          replaced.size(),
          replaced.get(0));
    }
  }

  private static void warnOfFrozenHead(Blueprint blueprint) {
    if (blueprint.config().framework().freezesHead() && !blueprint.newHead().isEmpty()) {
      LOG.warn(
          "framework.head is frozen and {} has no classifier for the classes of the data: {} stay as they are drawn at random, the same on all clients",
          blueprint.base().files().folder(),
          String.join(", ", blueprint.newHead().keySet()));
    }
  }

  /** Clients' own models have no common best round. */
  private static void checkResult(Blueprint blueprint) {
    if (blueprint.config().result().equals("best") && blueprint.plan(0).any(Role::isPersonal)) {
      throw new WrongInput(
          "result: best needs a global model, but with %s every client has its own; set result: last"
              .formatted(blueprint.config().framework().name()));
    }
    if (blueprint.config().validates() && blueprint.data().evaluationRows("validation") == 0) {
      throw new WrongInput(
          "%s: %s has no validation rows; partition again under another name, with the share validation or with source.validation"
              .formatted(
                  blueprint.config().result().equals("best") ? "result: best" : "evaluate.patience",
                  blueprint.config().data().path()));
    }
  }
}
