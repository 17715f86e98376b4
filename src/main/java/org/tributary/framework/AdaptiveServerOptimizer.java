package org.tributary.framework;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tributary.config.Key;

/**
 * The adaptive server optimizers of Reddi et al. 2021 (arXiv 2003.00295, Algorithm 2): m = β1 m +
 * (1 − β1) Δ, w += η m / (√v + τ), without bias correction. They differ in v, which begins with τ².
 */
abstract class AdaptiveServerOptimizer extends ServerOptimizer {
  private final Settings settings;

  /**
   * Creates an adaptive server optimizer.
   *
   * @param lr η
   * @param beta1 β1, decay of m
   * @param beta2 β2, decay of v
   * @param tau τ, the degree of adaptivity; v begins with its square
   */
  public record Settings(
      @Key(value = "learning rate of the server", required = true, above = 0, example = "0.01")
          double lr,
      @Key(
              value = "decay of the first moment",
              byDefault = "0.9",
              min = 0,
              below = 1,
              example = "0.8")
          double beta1,
      @Key(
              value = "decay of the second moment",
              byDefault = "0.99",
              min = 0,
              below = 1,
              example = "0.999")
          double beta2,
      @Key(
              value = "added to the root of the second moment",
              byDefault = "1.0e-3",
              above = 0,
              example = "1.0e-4")
          double tau) {}

  AdaptiveServerOptimizer(Framework inner, Settings settings) {
    super(inner, moments(settings.tau()));
    this.settings = settings;
  }

  private static Map<String, Double> moments(double tau) {
    Map<String, Double> moments = new LinkedHashMap<>();
    moments.put("m", 0.0);
    moments.put("v", tau * tau);
    return moments;
  }

  /**
   * The second moment after a round.
   *
   * @param v before it
   * @param square Δ²
   * @return v after it
   */
  abstract double second(double v, double square);

  /** The numbers of this optimizer. */
  final Settings settings() {
    return settings;
  }

  @Override
  protected final double step(double delta, double[] moments) {
    moments[0] = settings.beta1() * moments[0] + (1 - settings.beta1()) * delta;
    moments[1] = second(moments[1], delta * delta);
    return settings.lr() * moments[0] / (Math.sqrt(moments[1]) + settings.tau());
  }
}
