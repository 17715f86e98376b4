package org.tributary.framework;

import org.tributary.config.Key;

/**
 * FedAdagrad (Reddi et al. 2021, arXiv 2003.00295) around any framework that averages: v += Δ²;
 * everything else as in {@link AdaptiveServerOptimizer}.
 */
final class FedAdagrad extends AdaptiveServerOptimizer {
  static final String NAME = "fedadagrad";

  FedAdagrad(Framework inner, Own own) {
    super(inner, new Settings(own.lr(), own.beta1(), 1, own.tau()));
  }

  @Override
  double second(double v, double square) {
    return v + square;
  }

  /**
   * Its keys: those of the other adaptive optimizers, without a decay of v.
   *
   * @param lr η
   * @param beta1 β1, decay of m
   * @param tau τ, the degree of adaptivity; v begins with its square
   */
  public record Own(
      @Key(value = "learning rate of the server", required = true, above = 0, example = "0.01")
          double lr,
      @Key(
              value = "decay of the first moment",
              byDefault = "0.9",
              min = 0,
              below = 1,
              example = "0.5")
          double beta1,
      @Key(
              value = "added to the root of the second moment",
              byDefault = "1.0e-3",
              above = 0,
              example = "1.0e-4")
          double tau) {}

  /** Registers it under its name. */
  public static final class Provider extends ServerOptimizerProvider<FedAdagrad.Own> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "Adagrad at the server",
          "Reddi et al. 2021, arXiv 2003.00295",
          FedAdagrad.Own.class);
    }

    @Override
    public Framework around(Framework inner, Own settings) {
      return new FedAdagrad(inner, settings);
    }
  }
}
