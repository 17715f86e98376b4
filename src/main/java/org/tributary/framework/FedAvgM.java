package org.tributary.framework;

import java.util.Map;
import org.tributary.config.Key;

/**
 * FedAvgM (Hsu et al. 2019, arXiv 1909.06335) around any framework that averages: momentum at the
 * server, v = β v + Δ, w += η v. With η = 1 and β = 0 it is the mean.
 */
final class FedAvgM extends ServerOptimizer {
  static final String NAME = "fedavgm";

  private final Settings settings;

  FedAvgM(Framework inner, Settings settings) {
    super(inner, Map.of("momentum", 0.0));
    this.settings = settings;
  }

  @Override
  protected double step(double delta, double[] moments) {
    moments[0] = settings.momentum() * moments[0] + delta;
    return settings.lr() * moments[0];
  }

  /**
   * Its keys.
   *
   * @param lr η
   * @param momentum β
   */
  public record Settings(
      @Key(value = "learning rate of the server", required = true, above = 0, example = "1.0")
          double lr,
      @Key(
              value = "momentum of the server",
              byDefault = "0.9",
              min = 0,
              below = 1,
              example = "0.95")
          double momentum) {}

  /** Registers it under its name. */
  public static final class Provider extends ServerOptimizerProvider<FedAvgM.Settings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "momentum at the server",
          "Hsu et al. 2019, arXiv 1909.06335",
          FedAvgM.Settings.class);
    }

    @Override
    public Framework around(Framework inner, Settings settings) {
      return new FedAvgM(inner, settings);
    }
  }
}
