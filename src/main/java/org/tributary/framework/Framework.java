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
 * (aggregated), and how a client's training differs from plain training. The rest of a round is the
 * same for all frameworks. A new framework is a class that implements this interface, with its
 * {@link FrameworkProvider}, and a line in {@code META-INF/services} that names the provider;
 * CONTRIBUTING.md has the other steps.
 *
 * <p>The global state is always complete: a tensor that the server keeps and that the merge of a
 * round does not write keeps its value. So in every framework a client receives the global state
 * after the previous round.
 */
public interface Framework {
  /**
   * Chooses the role of every tensor in a round. All rounds of a run have the same tensors of the
   * model; roles, and a framework's own tensors, may differ.
   *
   * @param trainables what the model and the configuration allow to train
   * @param round counted from 0
   * @return the plan of the round
   * @throws WrongInput if something that the framework needs is missing, or the framework cannot
   *     use something that is there
   */
  RoundPlan plan(Trainables trainables, int round);

  /**
   * Splits the merge of a round into units. Each unit needs only the tensors that it names.
   *
   * @param plan of the round
   * @return units, each of a range of elements or of whole tensors, in an order that is always the
   *     same
   */
  List<Unit> units(RoundPlan plan);

  /**
   * Merges one unit. This is a pure function, with the same result on every machine.
   *
   * @param unit one of {@link #units}
   * @param merge the round, the server's tensors of the unit and the clients' contributions, whose
   *     tensors are valid only during the call
   * @return by name, the new values of tensors whose {@link Role#isMerged} is true (for a range:
   *     its elements); a matrix may have a low-rank change instead, see {@link BaseChange}
   */
  Map<String, HostTensor> merge(Unit unit, Merge merge);

  /**
   * The weights p_k of the clients in a merge.
   *
   * @param clients the reports of the accepted ones, in the order of their ids
   * @return one weight each; by default p_k = n_k / Σ n, where n_k is the number of training rows
   *     of client k
   */
  default double[] weights(List<ClientReport> clients) {
    double total = clients.stream().mapToLong(ClientReport::samples).sum();
    return clients.stream().mapToDouble(client -> client.samples() / total).toArray();
  }

  /**
   * Whether every tensor that clients send is merged by its weighted mean, separately from the
   * others. Then a server optimizer or a control variate can wrap this framework.
   *
   * @return false by default
   */
  default boolean averages() {
    return false;
  }

  /**
   * Whether clients may have adapters of different ranks. Then A and B of every client have its
   * rank, down and up, and the global adapters have the largest rank.
   *
   * @return false if factors of different shapes could not be merged
   */
  default boolean takesRanks() {
    return false;
  }

  /**
   * The tensors with which a client starts a round.
   *
   * @param given the tensors of the global state that clients are given, at the global rank, and
   *     the start of those that clients keep
   * @param client the client
   * @return the same tensors, in the shapes of {@link RoundPlan#atRank}
   */
  default Map<String, HostTensor> start(Map<String, HostTensor> given, Participant client) {
    return given;
  }

  /**
   * How a client's training differs from plain training.
   *
   * @return {@link LocalRule#NONE} for plain training
   */
  default LocalRule local() {
    return LocalRule.NONE;
  }

  /**
   * Whether a run ends with a model folder. Otherwise it ends with an adapter for the base model,
   * which is wrong if merges change the base weights. In a model folder trained adapters are merged
   * into the weights, unless they are initialized again in every round.
   *
   * @param trainables see {@link #plan}
   * @return by default true if no adapters are trained
   */
  default boolean leavesModel(Trainables trainables) {
    return !trainables.adapters();
  }

  /**
   * Whether one client trains on the rows of all clients. This is centralized training, the upper
   * bound to compare with.
   *
   * @return false for every federated framework
   */
  default boolean pooled() {
    return false;
  }

  /**
   * Whether the one client of a pooled framework takes as many steps as all clients of a round
   * together.
   *
   * @return false for the steps of one client
   */
  default boolean takesStepsOfCohort() {
    return false;
  }
}
