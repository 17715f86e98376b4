package org.tributary.federation;

import java.util.List;
import java.util.Map;
import org.tributary.config.FrameworkSection;
import org.tributary.config.TrainConfig;
import org.tributary.data.Manifest;
import org.tributary.error.WrongInput;
import org.tributary.framework.Framework;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.TrainPlan;

/**
 * The rank of every client's adapters: {@code framework.lora.ranks} in turn over all clients in the
 * order of their ids, or one rank for all.
 *
 * @param clients all ids, sorted
 * @param cycle ranks in turn; empty where all have the global one
 * @param adapters the global ones; null without
 * @param framework takes a client's start from the global tensors
 */
record Ranks(List<String> clients, List<Integer> cycle, Adapters adapters, Framework framework) {
  static Ranks of(TrainConfig config, Adapters adapters, Framework framework, Manifest manifest) {
    FrameworkSection.Lora lora = config.framework().lora();
    List<Integer> cycle = lora == null ? List.of() : lora.ranks();
    if (!cycle.isEmpty() && !framework.takesRanks()) {
      throw new WrongInput(
          "framework.lora.ranks: %s gives all clients one rank; remove ranks, or use flexlora"
              .formatted(config.framework().name()));
    }
    return new Ranks(List.copyOf(manifest.clients().keySet()), cycle, adapters, framework);
  }

  private int of(String client) {
    return cycle.get(clients.indexOf(client) % cycle.size());
  }

  /** What a client trains and sends, in its shapes. */
  TrainPlan plan(String client, TrainPlan global) {
    return cycle.isEmpty() ? global : global.atRank(of(client));
  }

  /** What a client starts from, in its shapes. */
  Map<String, HostTensor> start(String client, Map<String, HostTensor> global) {
    return cycle.isEmpty() ? global : framework.start(global, of(client));
  }

  /** A client's factor s before B A; 1 without adapters. */
  double scaling(String client) {
    if (adapters == null) {
      return 1;
    }
    return adapters.scaling(cycle.isEmpty() ? adapters.rank() : of(client));
  }
}
