package org.tributary.framework;

/**
 * FedYogi (Reddi et al. 2021, arXiv 2003.00295) around any framework that averages: v −= (1 − β2)
 * Δ² sign(v − Δ²); everything else as in {@link AdaptiveServerOptimizer}.
 */
final class FedYogi extends AdaptiveServerOptimizer {
  static final String NAME = "fedyogi";

  FedYogi(Framework inner, Settings settings) {
    super(inner, settings);
  }

  @Override
  double second(double v, double square) {
    return v - (1 - settings().beta2()) * square * Math.signum(v - square);
  }

  /** Registers it under its name. */
  public static final class Provider
      extends ServerOptimizerProvider<AdaptiveServerOptimizer.Settings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "Yogi at the server",
          "Reddi et al. 2021, arXiv 2003.00295",
          AdaptiveServerOptimizer.Settings.class);
    }

    @Override
    public Framework around(Framework inner, Settings settings) {
      return new FedYogi(inner, settings);
    }
  }
}
