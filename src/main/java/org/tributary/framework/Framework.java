package org.tributary.framework;

import java.util.List;
import java.util.Map;
import org.tributary.error.WrongInput;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Participant;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/**
 * A federated framework: the role of each tensor in a round, how client updates are merged
 * (aggregated), and what a client does differently from plain training. The rest of a round is the
 * same for all. A new one is one class that implements this with its {@link FrameworkProvider}, and
 * a line that names the provider in {@code META-INF/services}; CONTRIBUTING.md has the other steps.
 *
 * <p>The global state is total: a tensor that the server keeps and that a round's merge does not
 * write has the value that it had before. So what a client is given in a round is the global state
 * of the round before, whatever the framework.
 */
public interface Framework {
  /**
   * Chooses the role of every tensor in a round. All rounds of a run have the same tensors of the
   * model; roles, and a framework's own tensors, may differ.
   *
   * @param trainables what the model and the configuration offer
   * @param round counted from 0
   * @return the plan of the round
   * @throws WrongInput if the framework needs what is not there, or has no use for what is
   */
  RoundPlan plan(Trainables trainables, int round);

  /**
   * Cuts a round's merge into pieces, each of which needs only the tensors that it names.
   *
   * @param plan of the round
   * @return units, each of a range of elements or of whole tensors, in an order that is always the
   *     same
   */
  List<Unit> units(RoundPlan plan);

  /**
   * Merges one unit: a pure function, whatever the machine that runs it.
   *
   * @param unit one of {@link #units}
   * @param merge the round, the server's tensors of the unit and the clients' contributions
   * @return new values of tensors for which {@link Role#isMerged} (of a range: its elements), by
   *     name; for a matrix also its change by a low-rank product, see {@link BaseChange}
   */
  Map<String, HostTensor> merge(Unit unit, Merge merge);

  /**
   * The weights p_k of the clients in a merge.
   *
   * @param clients the reports of the accepted ones, in the order of their ids
   * @return one weight each; by default p_k = n_k / Σ n, n_k being a client's training rows
   */
  default double[] weights(List<ClientReport> clients) {
    double total = clients.stream().mapToLong(ClientReport::samples).sum();
    return clients.stream().mapToDouble(client -> client.samples() / total).toArray();
  }

  /**
   * Whether what travels is merged by its weighted mean, each tensor on its own, so that a server
   * optimizer or a control variate can be put around this framework.
   *
   * @return false unless said
   */
  default boolean averages() {
    return false;
  }

  /**
   * Whether clients may have adapters of ranks of their own. Then every client's A and B, down and
   * up, are of its rank, and the global ones of the largest.
   *
   * @return false where factors of different shapes could not be merged
   */
  default boolean takesRanks() {
    return false;
  }

  /**
   * What a client starts a round from.
   *
   * @param given the tensors of the global state that clients are given, at the global rank, and
   *     the start of those that clients keep
   * @param client that starts
   * @return the same tensors, of the shapes of {@link RoundPlan#atRank}
   */
  default Map<String, HostTensor> start(Map<String, HostTensor> given, Participant client) {
    return given;
  }

  /**
   * What a client does otherwise than plain training.
   *
   * @return {@link LocalRule#NONE} for plain training
   */
  default LocalRule local() {
    return LocalRule.NONE;
  }

  /**
   * Whether a run ends with a model folder; else it ends with an adapter for the base model, which
   * is wrong where merges change the base. Adapters that train are worked into the model's weights,
   * unless they start anew in every round.
   *
   * @param trainables as of {@link #plan}
   * @return by default whether no adapters train
   */
  default boolean leavesModel(Trainables trainables) {
    return !trainables.adapters();
  }

  /**
   * Whether one client trains on everybody's rows: no federation at all, the bound to compare with.
   *
   * @return false for every federated framework
   */
  default boolean pooled() {
    return false;
  }

  /**
   * Whether the one client of a pooled framework takes as many steps as a round's clients together.
   *
   * @return false for the steps of one client
   */
  default boolean takesStepsOfCohort() {
    return false;
  }
}
