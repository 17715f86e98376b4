package org.tributary.run;

import java.util.List;
import org.tributary.config.FrameworkSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.framework.Framework;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.RoundPlan;
import org.tributary.rows.Manifest;

/**
 * The rank of every client's adapters: the values of {@code framework.lora.ranks} in turn over all
 * clients, sorted by id, or one rank for all.
 *
 * @param clients all ids, sorted
 * @param cycle ranks in turn; empty if all have the global one
 * @param adapters the global adapters; null without adapters
 */
public record Ranks(List<String> clients, List<Integer> cycle, Adapters adapters) {
  static Ranks of(TrainConfig config, Adapters adapters, Framework framework, Manifest manifest) {
    FrameworkSection.Lora lora = config.framework().lora();
    List<Integer> cycle = lora == null ? List.of() : lora.ranks();
    if (!cycle.isEmpty() && !framework.takesRanks()) {
      throw new WrongInput(
          "framework.lora.ranks: %s gives all clients one rank; remove ranks, or use flexlora or flora"
              .formatted(config.framework().name()));
    }
    return new Ranks(List.copyOf(manifest.clients().keySet()), cycle, adapters);
  }

  /** The rank of a client's adapters; 0 without adapters. */
  public int of(String client) {
    if (cycle.isEmpty()) {
      return adapters == null ? 0 : adapters.rank();
    }
    return cycle.get(clients.indexOf(client) % cycle.size());
  }

  /** The plan of a client, in its shapes. */
  public RoundPlan plan(String client, RoundPlan global) {
    return cycle.isEmpty() ? global : global.atRank(of(client));
  }

  /** The scaling s of a client's B A; 1 without adapters. */
  public double scaling(String client) {
    return adapters == null ? 1 : adapters.scaling(of(client));
  }
}
