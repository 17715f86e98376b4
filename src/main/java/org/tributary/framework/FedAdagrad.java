package org.tributary.framework;

/**
 * FedAdagrad (Reddi et al. 2021, arXiv 2003.00295) around any framework that averages: v += Δ²; all
 * else as {@link AdaptiveServer} has it.
 */
final class FedAdagrad extends AdaptiveServer {
  static final String NAME = "fedadagrad";

  FedAdagrad(Framework inner, Settings settings) {
    super(inner, settings);
  }

  @Override
  double second(double v, double square) {
    return v + square;
  }
}
