package org.tributary.run;

import java.util.Collection;
import java.util.List;
import org.tributary.config.FrameworkSection;
import org.tributary.config.NameList;
import org.tributary.error.WrongInput;
import org.tributary.framework.Framework;
import org.tributary.framework.Frameworks;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.RoundPlan;

/**
 * The rank of every client's adapters: the values of {@code framework.lora.ranks} in turn over all
 * clients, sorted by id, or one rank for all.
 *
 * @param clients all ids, sorted
 * @param cycle ranks in turn; empty if all have the global one
 * @param adapters the global adapters; null without adapters
 */
public record Ranks(List<String> clients, List<Integer> cycle, Adapters adapters) {
  /**
   * The ranks that a configuration asks for.
   *
   * @param section the framework's section
   * @param adapters the global adapters; null without adapters
   * @param framework of the run
   * @param clients all ids, sorted
   * @throws WrongInput if the framework gives all clients the same rank, and the configuration
   *     gives them their own
   */
  static Ranks of(
      FrameworkSection section,
      Adapters adapters,
      Framework framework,
      Collection<String> clients) {
    FrameworkSection.Lora lora = section.lora();
    List<Integer> cycle = lora == null ? List.of() : lora.ranks();
    if (!cycle.isEmpty() && !framework.takesRanks()) {
      throw new WrongInput(
          "framework.lora.ranks: %s gives all clients one rank; remove ranks, or use %s"
              .formatted(section.name(), NameList.of(Frameworks.takingRanks(), "or")));
    }
    return new Ranks(List.copyOf(clients), cycle, adapters);
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
