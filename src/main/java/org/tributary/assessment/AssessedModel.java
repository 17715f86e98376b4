package org.tributary.assessment;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tributary.checkpoint.Store;
import org.tributary.config.DataSection;
import org.tributary.config.EvaluateConfig;
import org.tributary.config.ModelSection;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.CheckpointModel;
import org.tributary.evaluation.Scoring;
import org.tributary.executor.LoadedRun;
import org.tributary.model.Lora;
import org.tributary.model.Model;
import org.tributary.model.ModelTask;
import org.tributary.model.Precision;
import org.tributary.protocol.HostTensor;
import org.tributary.run.BaseModel;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.RunData;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.text.Tokenizer;

/**
 * A model that is scored, and the rows in the form that it takes. The driver, which checks both,
 * and every executor compute it in the same way.
 */
final class AssessedModel {
  private final Store store;
  private final EvaluateConfig config;
  private final CheckpointModel checkpoint;
  private final RunSpec run;
  private final Blueprint blueprint;
  private final RunData data;

  private AssessedModel(Store store, EvaluateConfig config, CheckpointModel checkpoint, RunSpec run)
      throws IOException {
    this.store = store;
    this.config = config;
    this.checkpoint = checkpoint;
    this.run = run;
    blueprint = run == null ? null : Blueprints.of(store, run);
    data = data();
  }

  /**
   * Opens and checks a model and its rows. Writes nothing.
   *
   * @param store reaches the paths of the configuration
   * @param config with all values
   * @param target the model
   * @param run whose round is scored; null for a folder
   * @return the model, whose weights are not yet read
   * @throws WrongInput if model, rows and configuration do not fit each other
   * @throws IOException if a file system fails
   */
  static AssessedModel of(Store store, EvaluateConfig config, Target target, RunSpec run)
      throws IOException {
    CheckpointModel checkpoint =
        target.isState()
            ? null
            : CheckpointModel.open(
                store,
                new ModelSection(target.model(), null, target.pooling(), target.maxLength(), false),
                target.adapter());
    return new AssessedModel(store, config, checkpoint, run);
  }

  private RunData data() throws IOException {
    ModelSection settings = settings();
    DataSection rows = config.data();
    boolean bound = !rows.classes().isEmpty() || rows.classNumbers();
    List<String> own = ownClasses();
    if (!own.isEmpty() && !bound) {
      rows = rows.withClasses(own);
    } else if (!own.isEmpty()) {
      checkOrder(rows.classes(), own);
    }
    RunData opened = RunData.open(store, rows, settings, config.batch(), base());
    if (task() == ModelTask.CLASSIFICATION) {
      checkClasses(opened, bound || !own.isEmpty());
    }
    checkLengths(settings);
    return opened;
  }

  private ModelSection settings() {
    BaseModel base = base();
    String path = base.files().folder().toString();
    int maxLength = blueprint == null ? base.maxLength() : blueprint.config().model().maxLength();
    return new ModelSection(path, null, null, maxLength, false);
  }

  /** The classes of a classifier that the model's folder does not have; else empty. */
  private List<String> ownClasses() {
    if (blueprint == null) {
      return checkpoint.classes();
    }
    return blueprint.newHead().isEmpty() ? List.of() : blueprint.labels();
  }

  private static void checkOrder(List<String> chosen, List<String> own) {
    for (int i = 0; i < chosen.size(); i++) {
      int row = own.indexOf(chosen.get(i));
      if (row >= 0 && row != i) {
        throw new WrongInput(
            "data.classes: has \"%s\" at row %d, but the classifier was trained with it at row %d; take its order %s, or remove the key"
                .formatted(chosen.get(i), i, row, own));
      }
    }
  }

  /** Rows of a classifier without names would get their classes from the data, by chance. */
  private void checkClasses(RunData opened, boolean bound) {
    boolean named = bound || base().head().isKept() || !base().head().declared().isEmpty();
    if (!named) {
      throw new WrongInput(
          "adapter: %s does not say which classes the rows of its classifier are; name the data's labels in the order of the rows in data.classes"
              .formatted(config.adapter()));
    }
    int rows = blueprint == null ? checkpoint.rows() : blueprint.labels().size();
    if (opened.labels().size() != rows) {
      throw new WrongInput(
          "data.classes: the classifier has %d rows, but there are %d classes %s; name one for each row"
              .formatted(rows, opened.labels().size(), opened.labels()));
    }
  }

  private void checkLengths(ModelSection settings) {
    if (base().architecture().image() != null) {
      return;
    }
    int most = base().architecture().maxPositions();
    if (settings.maxLength() > most) {
      throw new WrongInput(
          "model.maxLength: %d is more than the model's %d positions (%s in its config.json); lower it"
              .formatted(settings.maxLength(), most, base().architecture().positionsKey()));
    }
    if (config.generate() > 0 && config.newTokens() >= settings.maxLength()) {
      throw new WrongInput(
          "newTokens: %d leave no room for a prompt within model.maxLength %d; lower it"
              .formatted(config.newTokens(), settings.maxLength()));
    }
  }

  /** The model's files and family. */
  BaseModel base() {
    return blueprint == null ? checkpoint.base() : blueprint.base();
  }

  /** The rows, as the model takes them. */
  RunData rows() {
    return data;
  }

  /** The tokenizer; null for images. */
  Tokenizer tokens() throws IOException {
    return base().tokens(store);
  }

  ModelTask task() {
    return base().architecture().task();
  }

  /** How its rows are scored. */
  Scoring<?> scoring() {
    return Scoring.of(task(), data.labels().size(), config.generate(), config.newTokens());
  }

  /** The model in the engine, to be closed. */
  Model load(Device device, Path staging) throws IOException {
    Precision precision = Precision.named(config.precision());
    return blueprint == null
        ? checkpoint.load(device, staging, precision)
        : state(device, staging, precision);
  }

  /** The model of the run after the round, as the run's own evaluation has it. */
  private Model state(Device device, Path staging, Precision precision) throws IOException {
    RunFolder folder = run.folder();
    Map<String, HostTensor> changed =
        new TreeMap<>(LoadedRun.state(store, blueprint, folder, config.round()));
    changed.keySet().retainAll(blueprint.modelTensors());
    Set<String> used = new TreeSet<>(base().used().keySet());
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    base()
        .files()
        .map(staging)
        .forEach(
            (name, tensor) -> {
              if (used.contains(name) && !changed.containsKey(name)) {
                weights.put(name, tensor);
              }
            });
    weights.putAll(changed);
    double scaling = blueprint.lora() == null ? 1 : blueprint.lora().scaling();
    return new Model(
        base().architecture(),
        weights,
        Lora.scalings(blueprint.adapted().keySet(), scaling),
        device,
        precision);
  }
}
