package org.tributary.framework;

import java.util.Map;

/**
 * FedAvgM (Hsu et al. 2019, arXiv 1909.06335) around any framework that averages: momentum at the
 * server, v = β v + Δ, w += η v. With η = 1 and β = 0 it is the mean.
 */
final class FedAvgM extends ServerOptimizer {
  static final String NAME = "fedavgm";

  private final double lr;
  private final double momentum;

  FedAvgM(Framework inner, double lr, double momentum) {
    super(inner, Map.of("momentum", 0.0));
    this.lr = lr;
    this.momentum = momentum;
  }

  @Override
  double step(double delta, double[] moments) {
    moments[0] = momentum * moments[0] + delta;
    return lr * moments[0];
  }
}
