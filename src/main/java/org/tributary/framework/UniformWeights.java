package org.tributary.framework;

import java.util.Arrays;
import java.util.List;
import org.tributary.protocol.ClientReport;

/** All accepted clients have the same weight, however many rows they have: p_k = 1/K. */
final class UniformWeights extends Decorator {
  UniformWeights(Framework inner) {
    super(inner);
  }

  @Override
  public double[] weights(List<ClientReport> clients) {
    double[] weights = new double[clients.size()];
    Arrays.fill(weights, 1.0 / clients.size());
    return weights;
  }
}
