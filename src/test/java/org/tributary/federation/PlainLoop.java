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
import org.tributary.client.Assignment;
import org.tributary.client.LocalTraining;
import org.tributary.client.Recipe;
import org.tributary.client.StepListener;
import org.tributary.client.Trained;
import org.tributary.config.TrainConfig;
import org.tributary.data.Examples;
import org.tributary.data.Tokens;
import org.tributary.model.Lora;
import org.tributary.model.Model;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.torch.Torch;

/**
 * The oracle: the same rounds as a plain loop in one thread, without Spark, files of rounds or
 * chunks.
 */
final class PlainLoop {
  private final TrainConfig config;
  private final Set<String> excluded;
  private final Blueprint blueprint;
  private final PlainRanks ranks;
  private final SkippedRows skipped;
  private final Map<String, Map<String, HostTensor>> own = new HashMap<>();
  private final Map<String, Map<String, HostTensor>> memories = new HashMap<>();

  PlainLoop(TrainConfig config) throws IOException {
    this(config, Set.of());
  }

  /** A loop over the other clients, as if nobody had ever heard of the excluded ones. */
  PlainLoop(TrainConfig config, Set<String> excluded) throws IOException {
    this.config = config;
    this.excluded = excluded;
    blueprint = new Blueprint(Tiny.STORE, config);
    ranks = new PlainRanks(config, blueprint);
    skipped = SkippedRows.read(Tiny.STORE, new RunFolder(Tiny.STORE.path(config.out())));
  }

  /** What a client keeps for itself at the end. */
  Map<String, HostTensor> own(String client) {
    return own.get(client);
  }

  /** The global tensors after every round. */
  List<Map<String, HostTensor>> run() throws IOException {
    Torch.prepareThread(config.client().threads());
    Map<String, HostTensor> given = StartState.of(Tiny.STORE, blueprint);
    List<Map<String, HostTensor>> rounds = new ArrayList<>();
    Map<String, HostTensor> base = new LinkedHashMap<>(blueprint.base().files().weights());
    base.keySet().removeIf(name -> !blueprint.base().used().containsKey(name));
    Map<Integer, Model> models = new HashMap<>();
    Map<Integer, LocalTraining> trainings = new HashMap<>();
    for (int rank : ranks.all()) {
      Map<String, Double> s = Lora.scalings(blueprint.adapted().keySet(), ranks.scaling(rank));
      models.put(
          rank, new Model(blueprint.architecture(), base, s, Device.cpu(), blueprint.precision()));
      trainings.put(rank, new LocalTraining(models.get(rank), recipe()));
    }
    try (Tokens tokens = blueprint.base().tokens(Tiny.STORE);
        NDManager manager = Torch.manager(Device.cpu())) {
      for (int round = 0; round < config.rounds(); round++) {
        Map<String, HostTensor> merged = round(round, trainings, tokens, manager, given);
        rounds.add(merged);
        given = new TreeMap<>(given);
        given.putAll(merged);
      }
    }
    models.values().forEach(Model::close);
    return rounds;
  }

  /** One client with everybody's rows takes as many steps as all clients of a round take. */
  private Recipe recipe() {
    Recipe recipe = blueprint.recipe();
    if (!config.framework().name().equals("central")) {
      return recipe;
    }
    int clients = blueprint.manifest().clients().size();
    int drawn = (int) Math.max(1, Math.round(config.cohort().fraction() * clients));
    boolean together = config.framework().centralSteps().equals("cohort");
    return recipe.withSteps(config.client().steps() * (together ? drawn : 1));
  }

  private Map<String, HostTensor> round(
      int round,
      Map<Integer, LocalTraining> trainings,
      Tokens tokens,
      NDManager manager,
      Map<String, HostTensor> given)
      throws IOException {
    List<Map<String, HostTensor>> updates = new ArrayList<>();
    List<Integer> samples = new ArrayList<>();
    for (String client : blueprint.cohort(round)) {
      if (excluded.contains(client)) {
        continue;
      }
      Examples rows =
          blueprint.data().rows(Tiny.STORE, blueprint.trainParts(client), tokens, skipped);
      Map<String, HostTensor> start = new TreeMap<>(given);
      ranks.cut(start, client);
      start.putAll(own.getOrDefault(client, Map.of()));
      Trained trained =
          trainings
              .get(ranks.of(client))
              .train(
                  new Assignment(
                      client,
                      round,
                      rows,
                      ranks.plan(client),
                      start,
                      memories.getOrDefault(client, Map.of())),
                  manager,
                  StepListener.NONE);
      Map<String, HostTensor> up = new TreeMap<>(trained.tensors());
      up.keySet().retainAll(blueprint.plan().of(Role.TRAVELS).keySet());
      Map<String, HostTensor> kept = new TreeMap<>(trained.tensors());
      kept.keySet().removeAll(up.keySet());
      own.put(client, kept);
      memories.put(client, trained.optimizerState());
      updates.add(up);
      samples.add(rows.size());
    }
    Map<String, HostTensor> merged = new TreeMap<>();
    if (config.framework().name().equals("flexlora")) {
      merged.putAll(ranks.products(updates, samples));
      updates.forEach(update -> update.keySet().removeAll(merged.keySet()));
    }
    merged.putAll(mean(updates, samples));
    return merged;
  }

  /** Σ p_k w_k, whole tensors at once, in double. */
  private static Map<String, HostTensor> mean(
      List<Map<String, HostTensor>> updates, List<Integer> samples) {
    double total = samples.stream().mapToInt(Integer::intValue).sum();
    Map<String, HostTensor> mean = new TreeMap<>();
    for (String name : updates.get(0).keySet()) {
      HostTensor first = updates.get(0).get(name);
      double[] sum = new double[(int) first.elements()];
      for (int k = 0; k < updates.size(); k++) {
        float[] w = updates.get(k).get(name).toFloats();
        for (int i = 0; i < sum.length; i++) {
          sum[i] += samples.get(k) / total * w[i];
        }
      }
      float[] rounded = new float[sum.length];
      for (int i = 0; i < sum.length; i++) {
        rounded[i] = (float) sum[i];
      }
      mean.put(name, HostTensor.of(rounded, first.shape()));
    }
    return mean;
  }
}
