package com.example.methods;

import java.util.Map;
import org.tributary.config.Key;
import org.tributary.framework.Framework;
import org.tributary.framework.ServerOptimizer;
import org.tributary.framework.ServerOptimizerProvider;

/** Plain gradient descent at the server: w += η Δ, Δ being the mean change of the clients. */
public final class ServerRate extends ServerOptimizer {
  private final double lr;

  private ServerRate(Framework inner, double lr) {
    super(inner, Map.of());
    this.lr = lr;
  }

  @Override
  protected double step(double delta, double[] moments) {
    return lr * delta;
  }

  /**
   * Its keys, which are next to {@code framework.server.name}.
   *
   * @param lr η
   */
  public record Settings(
      @Key(value = "learning rate of the server", required = true, above = 0) double lr) {}

  /** Finds it by its name. */
  public static final class Provider extends ServerOptimizerProvider<Settings> {
    /** For ServiceLoader. */
    public Provider() {
      super(
          "rate",
          "gradient descent at the server",
          "Reddi et al. 2021, arXiv 2003.00295",
          Settings.class);
    }

    @Override
    public Framework around(Framework inner, Settings settings) {
      return new ServerRate(inner, settings.lr());
    }
  }
}
