package org.tributary.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tributary.checkpoint.Store;
import org.tributary.client.Recipe;
import org.tributary.config.FrameworkSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.framework.Framework;
import org.tributary.framework.Frameworks;
import org.tributary.model.Architecture;
import org.tributary.model.Lora;
import org.tributary.model.Precision;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Participant;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Seeds;
import org.tributary.rows.Manifest;

/**
 * Everything that follows from a run's configuration, base model and partitions. The driver and
 * every executor compute it in the same way. Creating a blueprint reads and checks files, and
 * writes nothing.
 */
public final class Blueprint {
  /** The one client of a pooled framework. */
  public static final String POOLED_CLIENT = "all";

  private final TrainConfig config;
  private final RunData data;
  private final BaseModel base;
  private final Map<String, long[]> newHead;
  private final RunTrainables trainables;
  private final Framework framework;
  private final Ranks ranks;
  private final RoundPlans plans;
  private final Cohorts cohorts;

  /**
   * Reads and checks a run.
   *
   * @param store reaches the paths of the configuration
   * @param config of the run
   * @throws WrongInput if model, partitions and configuration do not fit together
   * @throws IOException if a file system fails
   */
  public Blueprint(Store store, TrainConfig config) throws IOException {
    this(store, config, () -> Manifest.read(store, store.path(config.data().path())));
  }

  /**
   * Checks a run whose rows are not partitioned yet.
   *
   * @param store reaches the paths of the configuration
   * @param config of the run
   * @param planned what the manifest of the set is to say
   * @throws WrongInput if model, rows and configuration do not fit together
   * @throws IOException if a file system fails
   */
  public Blueprint(Store store, TrainConfig config, Manifest planned) throws IOException {
    this(store, config, () -> planned);
  }

  private Blueprint(Store store, TrainConfig config, PlannedRows rows) throws IOException {
    this.config = config;
    base = BaseModel.of(store, config, rows);
    base.checkClass(); // before labels are compared with a classifier of another task
    data = RunData.open(store, config, base, rows);
    newHead = base.head().fresh(base.architecture(), data.labels().size());
    base.check();
    trainables = new RunTrainables(config.framework(), base, newHead);
    Adapters adapters = trainables.adapters();
    framework = Frameworks.of(config.framework(), adapters);
    ranks = Ranks.of(config.framework(), adapters, framework, data.manifest().clients().keySet());
    plans = new RoundPlans(config, framework, trainables.all(), trainables.frozenHead());
    cohorts =
        framework.pooled()
            ? new Cohorts(List.of(POOLED_CLIENT), 1, config.seed())
            : new Cohorts(
                List.copyOf(manifest().clients().keySet()),
                config.cohort().fraction(),
                config.seed());
    base.checkTrainable(modelTensors());
    SavedModules.check(adapted().keySet(), plan(0).where(Role::isTrained).keySet());
    plans.check();
    LengthCheck.check(base, config);
    checkClients();
    recipe();
  }

  private void checkClients() {
    List<String> problems = new ArrayList<>();
    manifest()
        .clients()
        .forEach(
            (id, client) -> {
              if (client.train() == null || client.train().rows() == 0) {
                problems.add(
                    "client %s has no training rows; partition again under another name, with fewer clients or"
                            .formatted(id)
                        + " a larger partitioner.minRows");
              }
            });
    if (config.cohort().minClients() > cohort(0).size()) {
      problems.add(
          "cohort.minClients: %d is more than the %d clients of a round; lower it"
              .formatted(config.cohort().minClients(), cohort(0).size()));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(data.folder() + ":", problems);
    }
  }

  /**
   * The adapters of the configuration.
   *
   * @return null if it has none
   */
  public Lora lora() {
    return trainables.lora();
  }

  /**
   * The tensors of the PEFT folder that the configuration names as the start.
   *
   * @param store reaches the folder
   * @return tensors by name, in float32; empty if the configuration names no folder
   * @throws WrongInput if it does not fit the configuration
   * @throws IOException if a file system fails
   */
  public Map<String, HostTensor> adapterStart(Store store) throws IOException {
    FrameworkSection.Lora l = config.framework().lora();
    if (l == null || l.start() == null) {
      return Map.of();
    }
    Map<String, long[]> shapes = new TreeMap<>();
    plan(0).parts().forEach((name, part) -> shapes.put(name, part.shape()));
    shapes.keySet().retainAll(modelTensors());
    return AdapterStart.read(store, l.start()).tensors(base, lora(), labels(), shapes);
  }

  /**
   * The clients of a round.
   *
   * @param round counted from 0
   * @return ids, sorted
   */
  public List<String> cohort(int round) {
    return cohorts.of(round);
  }

  /**
   * The files of a client's training rows.
   *
   * @param client id
   * @return one file, or the files of all clients for the pooled client
   */
  public List<Manifest.Part> trainParts(String client) {
    return framework.pooled()
        ? manifest().clients().values().stream().map(Manifest.Client::train).toList()
        : List.of(manifest().clients().get(client).train());
  }

  /** The configuration. */
  public TrainConfig config() {
    return config;
  }

  /** What the partitioned set holds. */
  public Manifest manifest() {
    return data.manifest();
  }

  /** The partitioned data set, as this run reads it. */
  public RunData data() {
    return data;
  }

  /** The base model. */
  public BaseModel base() {
    return base;
  }

  /** The base model's family and sizes. */
  public Architecture architecture() {
    return base.architecture();
  }

  /**
   * The model's names of the classes, in the order of the classifier's rows; empty for language
   * models.
   */
  public List<String> labels() {
    return data.labels();
  }

  /** The type of weights and activations. */
  public Precision precision() {
    return Precision.named(config.client().precision());
  }

  /** How every client trains. */
  public Recipe recipe() {
    return Recipes.of(config, framework, manifest());
  }

  /**
   * The shapes of a newly initialized classifier, and of the pooler with it if the checkpoint has
   * none; empty if the checkpoint's classifier stays.
   */
  public Map<String, long[]> newHead() {
    return newHead;
  }

  /** The layers with adapters, shape [out, in] by name. */
  public Map<String, long[]> adapted() {
    return trainables.adapted();
  }

  /** The framework. */
  public Framework framework() {
    return framework;
  }

  /**
   * The role of each tensor in a round, in the shapes of the global tensors.
   *
   * @param round counted from 0
   * @return the plan; the tensors of the model have the same names and shapes in every round
   */
  public RoundPlan plan(int round) {
    return plans.of(round);
  }

  /**
   * The tensors of the plans that are part of the model: weights and adapters. The other tensors
   * belong to the framework.
   *
   * @return names
   */
  public Set<String> modelTensors() {
    return plans.modelTensors();
  }

  /** Whether the run ends with a model folder; otherwise it ends with an adapter. */
  public boolean leavesModel() {
    return plans.leavesModel();
  }

  /**
   * The tensors with which a client starts a round, in its shapes.
   *
   * @param client id
   * @param round counted from 0
   * @param given the tensors from the server
   * @return tensors by name, without the client's own state
   */
  public Map<String, HostTensor> start(String client, int round, Map<String, HostTensor> given) {
    long seed = Seeds.of(config.seed(), "start", round, client);
    RoundPlan own = ranks.plan(client, plan(round));
    return framework.start(given, new Participant(client, round, ranks.of(client), own, seed));
  }

  /**
   * The tensors that are sent down to a client in a round: those that it receives for the first
   * time, and those that merges may have changed since its last round.
   *
   * @param client id
   * @param round counted from 0; the client is sampled in it
   * @return names
   */
  public Set<String> down(String client, int round) {
    Set<String> down = new TreeSet<>(plan(round).where(Role::goesDown).keySet());
    int last = lastRound(client, round);
    if (last >= 0) {
      int since = last;
      down.removeIf(
          name -> IntStream.range(since, round).noneMatch(r -> plan(r).says(name, Role::isMerged)));
    }
    return down;
  }

  /**
   * The last round before another round in which a client was sampled.
   *
   * @param client id
   * @param round counted from 0
   * @return -1 for none
   */
  public int lastRound(String client, int round) {
    return cohorts.lastBefore(client, round);
  }

  /** The ranks of the clients' adapters. */
  public Ranks ranks() {
    return ranks;
  }
}
