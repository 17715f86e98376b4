package org.tributary.executor;

import ai.djl.Device;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tributary.batch.Examples;
import org.tributary.checkpoint.Store;
import org.tributary.error.Trouble;
import org.tributary.model.Lora;
import org.tributary.model.Model;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.RoundPlan;
import org.tributary.rows.Manifest;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.GlobalState;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.run.SkippedRows;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Resources;

/**
 * The objects of a run that a JVM has loaded for one device: the base weights, mapped once and
 * shared by its clients, the program, the tokenizer and the rows of the evaluation.
 */
public final class LoadedRun implements AutoCloseable {
  private static final JvmCache<LoadedRun> LOADED = new JvmCache<>(run -> run.opened.close());

  private final Store store;
  private final Blueprint blueprint;
  private final Device device;
  private final SkippedRows skipped;
  private final Model model;
  private final Tokenizer tokens;
  private final Map<String, SoftReference<Examples>> evaluationRows = new HashMap<>();
  private final Map<String, Integer> checked = new HashMap<>();
  private final Map<Integer, SoftReference<Map<String, HostTensor>>> given =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(
            Map.Entry<Integer, SoftReference<Map<String, HostTensor>>> eldest) {
          return size() > 1; // one round's clients after another's
        }
      };
  private final Resources opened;

  private LoadedRun(RunSpec spec, Device device) throws IOException {
    this.store = spec.store();
    this.device = device;
    blueprint = Blueprints.of(store, spec);
    skipped = SkippedRows.read(store, spec.folder());
    try (Resources opening = new Resources()) {
      tokens = opening.add(blueprint.base().tokens(store));
      model = opening.add(model(blueprint, device, Staging.folder()));
      opened = opening.keep();
    }
  }

  /**
   * Loads the base model of a run, with the weights that do not train.
   *
   * @param blueprint of the run
   * @param device to compute on
   * @param staging a folder on a local disk, for copies of files that are not on one
   * @return the model, to be closed
   */
  public static Model model(Blueprint blueprint, Device device, Path staging) throws IOException {
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    // The trained weights are passed with every call.
    Set<String> frozen = new HashSet<>(blueprint.base().used().keySet());
    frozen.removeAll(blueprint.modelTensors());
    blueprint
        .base()
        .files()
        .map(staging)
        .forEach(
            (name, tensor) -> {
              if (frozen.contains(name)) {
                weights.put(name, tensor);
              }
            });
    double scaling = blueprint.lora() == null ? 1 : blueprint.lora().scaling();
    return new Model(
        blueprint.architecture(),
        weights,
        Lora.scalings(blueprint.adapted().keySet(), scaling),
        device,
        blueprint.precision());
  }

  /**
   * Takes the loaded run of this JVM, and loads it if necessary. {@link #close} returns it.
   *
   * @param spec of the run
   * @param device to compute on
   * @return the model, tokenizer and rows of the run
   * @throws Trouble if it cannot be loaded: the driver could read everything, so this machine is
   *     the reason, not a client
   */
  public static LoadedRun take(RunSpec spec, Device device) throws Trouble {
    String key = spec.root() + "\n" + device + "\n" + spec.yaml();
    try {
      return LOADED.take(key, () -> new LoadedRun(spec, device));
    } catch (IOException | RuntimeException e) {
      throw TaskTrouble.here(e);
    }
  }

  /** Drops every unused loaded run. */
  public static void clear() {
    LOADED.clear();
  }

  @Override
  public void close() {
    LOADED.giveBack(this);
  }

  /** Ends the task between two steps if its driver stops or its JVM ends. */
  public void checkGoesOn() {
    LOADED.checkGoesOn();
  }

  /** Reaches the run's files. */
  public Store store() {
    return store;
  }

  /** The blueprint of the run. */
  public Blueprint blueprint() {
    return blueprint;
  }

  /** The device of the model. */
  public Device device() {
    return device;
  }

  /** The program with the frozen weights. */
  public Model model() {
    return model;
  }

  /** The model's tokenizer; null for an image model. */
  public Tokenizer tokens() {
    return tokens;
  }

  /**
   * The tensors that every client receives at the start of a round: the global state, and the start
   * of the tensors that clients keep. Those of the last rounds are kept for the next client of this
   * JVM.
   *
   * @param folder of the run
   * @param round counted from 0; the number of rounds for the state at the end
   * @return tensors by name
   */
  public synchronized Map<String, HostTensor> given(RunFolder folder, int round)
      throws IOException {
    SoftReference<Map<String, HostTensor>> kept = given.get(round);
    Map<String, HostTensor> tensors = kept == null ? null : kept.get();
    if (tensors == null) {
      tensors = state(store, blueprint, folder, round);
      given.put(round, new SoftReference<>(tensors));
    }
    return new TreeMap<>(tensors);
  }

  /**
   * The tensors that every client receives at the start of a round, read from the run's folder.
   *
   * @param store reaches the folder
   * @param blueprint of the run
   * @param folder of the run
   * @param round as of {@link #given}
   * @return tensors by name
   */
  public static Map<String, HostTensor> state(
      Store store, Blueprint blueprint, RunFolder folder, int round) throws IOException {
    RoundPlan plan = blueprint.plan(round);
    try (GlobalState state = GlobalState.open(store, folder, plan, round)) {
      return state.tensors(plan.where(role -> role.goesDown() || role.isTrained()).keySet());
    }
  }

  /** Rows in the form that the model takes. */
  public Examples rows(List<Manifest.Part> parts) throws IOException {
    return blueprint.data().rows(store, parts, tokens, skipped);
  }

  /**
   * The rows of an evaluation. They are kept for the next rounds, and their files are compared with
   * the manifest once in every round.
   */
  public synchronized Examples evaluationRows(String part, int round) throws IOException {
    SoftReference<Examples> kept = evaluationRows.get(part);
    Examples rows = kept == null ? null : kept.get();
    List<Manifest.Part> parts = blueprint.data().evaluationParts(part);
    if (rows == null) {
      rows = rows(parts);
      evaluationRows.put(part, new SoftReference<>(rows));
    } else if (!Integer.valueOf(round).equals(checked.get(part))) {
      for (Manifest.Part file : parts) {
        blueprint.data().files().check(store, file);
      }
    }
    checked.put(part, round);
    return rows;
  }
}
