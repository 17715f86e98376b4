package org.tributary.analysis;

import java.util.List;
import org.tributary.linalg.Matrix;
import org.tributary.linalg.MatrixSum;

/**
 * How one layer moves in one round.
 *
 * @param round counted from 1
 * @param clients the accepted ones, in the order of their ids
 * @param merged the change of the global model in the round
 * @param sum the change of the global model since before training
 * @param drift the distance to a central run's model, relative to how far that moved; null without
 *     one
 */
record LayerUpdates(int round, List<Client> clients, Change merged, Change sum, Double drift) {
  /**
   * One client.
   *
   * @param id of the client
   * @param weight p_k
   * @param update the change of the weight that it made
   * @param factors its adapter after training; null without adapters
   */
  record Client(String id, double weight, Change update, Factors factors) {}

  /**
   * An adapter s B A.
   *
   * @param scaling s
   * @param b B [m, r]
   * @param a A [r, n]
   */
  record Factors(double scaling, Matrix b, Matrix a) {
    MatrixSum product() {
      return MatrixSum.of(scaling, b, a);
    }
  }
}
