package org.tributary.framework;

/**
 * FedAdam (Reddi et al. 2021, arXiv 2003.00295) around any framework that averages: v = β2 v + (1 −
 * β2) Δ²; everything else as in {@link AdaptiveServerOptimizer}.
 */
final class FedAdam extends AdaptiveServerOptimizer {
  static final String NAME = "fedadam";

  FedAdam(Framework inner, Settings settings) {
    super(inner, settings);
  }

  @Override
  double second(double v, double square) {
    return settings().beta2() * v + (1 - settings().beta2()) * square;
  }

  /** Registers it under its name. */
  public static final class Provider
      extends ServerOptimizerProvider<AdaptiveServerOptimizer.Settings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "Adam at the server",
          "Reddi et al. 2021, arXiv 2003.00295",
          AdaptiveServerOptimizer.Settings.class);
    }

    @Override
    public Framework around(Framework inner, Settings settings) {
      return new FedAdam(inner, settings);
    }
  }
}
