package org.tributary.framework;

import java.util.List;
import java.util.Map;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.TrainPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/**
 * A federated framework: what trains, what travels, and how what came up is merged. The rest of a
 * round is the same for all. A new one is one class that implements this, one golden case, its line
 * in {@link Frameworks} and a row in docs/methods.md.
 */
public interface Framework {
  /**
   * Chooses what trains, travels and stays.
   *
   * @param trainables what the model and the configuration offer
   * @return the plan of the run
   * @throws WrongInput if the framework needs what is not there, or has no use for what is
   */
  TrainPlan plan(Trainables trainables);

  /**
   * Cuts the merge into pieces, each of which needs only the tensors it names.
   *
   * @param plan of the run
   * @return units, each of a chunk of one tensor or of whole tensors, in an order that is always
   *     the same
   */
  List<Unit> units(TrainPlan plan);

  /**
   * Merges one unit: a pure function, whatever the machine that runs it.
   *
   * @param unit one of {@link #units}
   * @param contributions of the accepted clients, in the order of their ids
   * @return the new global tensors of the unit (for a chunk: its elements), by name
   */
  Map<String, HostTensor> merge(Unit unit, List<Contribution> contributions);

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
   * What a client of a rank of its own starts a round from. Asked only of a framework that {@link
   * #takesRanks}.
   *
   * @param global what all clients are given, at the global rank
   * @param rank r of this client
   * @return the same tensors, of the shapes of {@link TrainPlan#atRank}
   */
  default Map<String, HostTensor> start(Map<String, HostTensor> global, int rank) {
    return global;
  }

  /**
   * Whether one client trains on everybody's rows: no federation at all, the bound to compare with.
   *
   * @return false for every federated framework
   */
  default boolean pooled() {
    return false;
  }
}
