package org.tributary.federation;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.tributary.batch.Examples;
import org.tributary.client.Assignment;
import org.tributary.client.LocalTraining;
import org.tributary.client.Recipe;
import org.tributary.client.StepListener;
import org.tributary.client.TrainingResult;
import org.tributary.config.TrainConfig;
import org.tributary.framework.Framework;
import org.tributary.framework.WholeMerge;
import org.tributary.model.Lora;
import org.tributary.model.Model;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LowRankChange;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Participant;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Seeds;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;
import org.tributary.run.SkippedRows;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Torch;

/**
 * The oracle: the same rounds as a plain loop in one thread, without Spark, round files or chunks.
 * It uses the framework's own code but does not refer to any framework by name.
 */
final class PlainLoop {
  private final TrainConfig config;
  private final Set<String> excluded;
  private final Blueprint blueprint;
  private final Framework framework;
  private final PlainRanks ranks;
  private final SkippedRows skipped;
  private final Map<String, Map<String, HostTensor>> own = new HashMap<>();
  private final Map<String, Map<String, HostTensor>> memories = new HashMap<>();

  PlainLoop(TrainConfig config) throws IOException {
    this(config, Set.of());
  }

  /** A loop over the other clients only, as if the excluded ones did not exist. */
  PlainLoop(TrainConfig config, Set<String> excluded) throws IOException {
    this.config = config;
    this.excluded = excluded;
    blueprint = new Blueprint(Tiny.STORE, config);
    framework = blueprint.framework();
    ranks = new PlainRanks(config, blueprint);
    skipped = SkippedRows.read(Tiny.STORE, new RunFolder(Tiny.STORE.path(config.out())));
  }

  /** The values that a client has kept for itself at the end. */
  Map<String, HostTensor> own(String client) {
    return own.get(client);
  }

  /** The global state after every round: all that merges have written so far. */
  List<Map<String, HostTensor>> run() throws IOException {
    Torch.prepareThread(config.client().threads());
    Map<String, HostTensor> state = start();
    Map<String, HostTensor> written = new TreeMap<>();
    List<Map<String, HostTensor>> rounds = new ArrayList<>();
    Map<String, HostTensor> base = new LinkedHashMap<>(blueprint.base().files().weights());
    base.keySet().removeIf(name -> !blueprint.base().used().containsKey(name));
    Map<Integer, Model> models = new HashMap<>();
    Map<Integer, LocalTraining> trainings = new HashMap<>();
    for (int rank : ranks.all()) {
      Map<String, Double> s = Lora.scalings(blueprint.adapted().keySet(), ranks.scaling(rank));
      models.put(
          rank, new Model(blueprint.architecture(), base, s, Device.cpu(), blueprint.precision()));
      trainings.put(rank, new LocalTraining(models.get(rank), recipe(), framework.local()));
    }
    try (Tokenizer tokens = blueprint.base().tokens(Tiny.STORE);
        NDManager manager = Torch.manager(Device.cpu())) {
      for (int round = 0; round < config.rounds(); round++) {
        Map<String, HostTensor> merged = round(round, trainings, tokens, manager, state);
        state.putAll(merged);
        written.putAll(merged);
        rounds.add(new TreeMap<>(written));
      }
    }
    models.values().forEach(Model::close);
    return rounds;
  }

  /** The model's tensors, and a framework's own tensors, filled with the constant of its plan. */
  private Map<String, HostTensor> start() throws IOException {
    Map<String, HostTensor> start = new TreeMap<>(StartState.of(Tiny.STORE, blueprint));
    for (int round = 0; round < config.rounds(); round++) {
      RoundPlan plan = blueprint.plan(round);
      plan.parts().keySet().forEach(name -> start.computeIfAbsent(name, plan::start));
    }
    return start;
  }

  /** One client with the rows of all clients takes as many steps as all clients of a round. */
  private Recipe recipe() {
    Recipe recipe = blueprint.recipe();
    if (!framework.pooled()) {
      return recipe;
    }
    int clients = blueprint.manifest().clients().size();
    int drawn = (int) Math.max(1, Math.round(config.cohort().fraction() * clients));
    return recipe.withSteps(config.client().steps() * (framework.takesStepsOfCohort() ? drawn : 1));
  }

  private Map<String, HostTensor> round(
      int round,
      Map<Integer, LocalTraining> trainings,
      Tokenizer tokens,
      NDManager manager,
      Map<String, HostTensor> state)
      throws IOException {
    RoundPlan plan = blueprint.plan(round);
    List<Map<String, HostTensor>> updates = new ArrayList<>();
    List<ClientReport> reports = new ArrayList<>();
    for (String client : blueprint.cohort(round)) {
      if (excluded.contains(client)) {
        continue;
      }
      Examples rows =
          blueprint.data().rows(Tiny.STORE, blueprint.trainParts(client), tokens, skipped);
      TrainingResult trained =
          trainings
              .get(ranks.of(client))
              .train(
                  new Assignment(
                      client,
                      round,
                      rows,
                      ranks.plan(client, plan),
                      blueprint.modelTensors(),
                      begin(round, client, state),
                      memories.getOrDefault(client, Map.of())),
                  manager,
                  StepListener.NONE);
      own.computeIfAbsent(client, c -> new TreeMap<>())
          .putAll(only(trained.tensors(), plan, r -> r.keeper() == Role.Keeper.CLIENT));
      memories.put(client, trained.optimizerState());
      updates.add(only(trained.tensors(), plan, Role::goesUp));
      reports.add(report(client, round, rows.size(), trained.facts()));
    }
    return merge(round, state, reports, updates);
  }

  /** The values that a client receives, and its own. */
  private Map<String, HostTensor> begin(int round, String client, Map<String, HostTensor> state) {
    RoundPlan plan = blueprint.plan(round);
    Map<String, HostTensor> given = only(state, plan, r -> r.goesDown() || r.isTrained());
    long seed = Seeds.of(config.seed(), "start", round, client);
    Participant who =
        new Participant(client, round, ranks.of(client), ranks.plan(client, plan), seed);
    Map<String, HostTensor> start = new TreeMap<>(framework.start(given, who));
    start.putAll(only(state, plan, r -> r.keeper() == Role.Keeper.CLIENT && !r.isTrained()));
    start.putAll(own.getOrDefault(client, Map.of()));
    return start;
  }

  private static Map<String, HostTensor> only(
      Map<String, HostTensor> tensors, RoundPlan plan, Predicate<Role> question) {
    Map<String, HostTensor> chosen = new TreeMap<>(tensors);
    chosen.keySet().retainAll(plan.where(question).keySet());
    return chosen;
  }

  private Map<String, HostTensor> merge(
      int round,
      Map<String, HostTensor> state,
      List<ClientReport> reports,
      List<Map<String, HostTensor>> updates) {
    double[] weights = framework.weights(reports);
    List<Contribution> contributions = new ArrayList<>();
    for (int k = 0; k < weights.length; k++) {
      contributions.add(new Contribution(reports.get(k).client(), weights[k], updates.get(k)));
    }
    int population = blueprint.manifest().clients().size();
    Merge merge = new Merge(round, population, state, contributions);
    Map<String, HostTensor> merged = new TreeMap<>();
    Map<String, HostTensor> written = WholeMerge.of(framework, blueprint.plan(round), merge);
    written.forEach(
        (name, tensor) -> {
          if (!LowRankChange.isFactor(name)) {
            merged.put(name, tensor);
          } else if (LowRankChange.partner(name) != null) {
            String matrix = LowRankChange.matrix(name);
            HostTensor b = written.get(LowRankChange.partner(name));
            merged.put(matrix, LowRankChange.add(state.get(matrix), b, tensor));
          }
        });
    return merged;
  }

  /** Only the facts that weights may depend on; where and how fast a client trained is left out. */
  private static ClientReport report(String client, int round, int rows, TrainingResult.Facts f) {
    return new ClientReport(
        client,
        round,
        "",
        rows,
        f.steps(),
        f.tokens(),
        f.lossFirst(),
        f.lossLast(),
        f.lossMean(),
        f.gradientNorm(),
        f.truncatedRows(),
        0,
        0,
        0,
        0,
        0,
        "",
        "",
        1,
        "",
        0,
        List.of());
  }
}
