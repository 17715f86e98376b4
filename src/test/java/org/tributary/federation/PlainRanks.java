package org.tributary.federation;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tributary.config.FrameworkSection;
import org.tributary.config.TrainConfig;
import org.tributary.protocol.RoundPlan;
import org.tributary.run.Blueprint;

/** The oracle's own interpretation of different ranks. */
final class PlainRanks {
  private final TrainConfig config;
  private final Blueprint blueprint;

  PlainRanks(TrainConfig config, Blueprint blueprint) {
    this.config = config;
    this.blueprint = blueprint;
  }

  /** Every rank that a client may have; 0 without adapters. */
  Set<Integer> all() {
    FrameworkSection.Lora lora = config.framework().lora();
    Set<Integer> all = new TreeSet<>(lora == null ? List.of() : lora.ranks());
    all.add(lora == null ? 0 : lora.rank());
    return all;
  }

  /** The rank of a client: the configured ones in turn. */
  int of(String client) {
    FrameworkSection.Lora lora = config.framework().lora();
    if (lora == null || lora.ranks().isEmpty()) {
      return lora == null ? 0 : lora.rank();
    }
    int index = List.copyOf(blueprint.manifest().clients().keySet()).indexOf(client);
    return lora.ranks().get(index % lora.ranks().size());
  }

  double scaling(int rank) {
    FrameworkSection.Lora lora = config.framework().lora();
    if (lora == null) {
      return 1;
    }
    return lora.rslora() ? lora.alpha() / Math.sqrt(rank) : lora.alpha() / rank;
  }

  /** A round's plan in a client's shapes. */
  RoundPlan plan(String client, RoundPlan global) {
    RoundPlan plan = new RoundPlan();
    for (Map.Entry<String, RoundPlan.Part> part : global.parts().entrySet()) {
      long[] shape = part.getValue().shape().clone();
      if (part.getKey().endsWith(".lora_A.weight")) {
        shape[0] = of(client);
      } else if (part.getKey().endsWith(".lora_B.weight")) {
        shape[1] = of(client);
      }
      plan =
          plan.with(Map.of(part.getKey(), shape), part.getValue().role(), part.getValue().start());
    }
    return plan;
  }
}
