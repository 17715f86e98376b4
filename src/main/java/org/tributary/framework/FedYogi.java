package org.tributary.framework;

/**
 * FedYogi (Reddi et al. 2021, arXiv 2003.00295) around any framework that averages: v −= (1 − β2)
 * Δ² sign(v − Δ²); all else as {@link AdaptiveServer} has it.
 */
final class FedYogi extends AdaptiveServer {
  static final String NAME = "fedyogi";

  FedYogi(Framework inner, Settings settings) {
    super(inner, settings);
  }

  @Override
  double second(double v, double square) {
    return v - (1 - settings().beta2()) * square * Math.signum(v - square);
  }
}
