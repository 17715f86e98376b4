package org.tributary.framework;

import org.tributary.config.Key;
import org.tributary.protocol.LocalRule;

/**
 * FedProx (Li et al. 2020, arXiv 1812.06127) around any framework: the loss of a client has the
 * proximal term μ/2 ‖w − w_t‖² over its trained weights, so its gradient has the term μ (w − w_t).
 * The term keeps clients with different data near the global model. Nothing more is sent.
 */
final class FedProx extends Decorator {
  static final String NAME = "fedprox";

  private final double mu;

  FedProx(Framework inner, Settings settings) {
    super(inner);
    mu = settings.mu();
  }

  @Override
  public LocalRule local() {
    return new LocalRuleDecorator(super.local()) {
      @Override
      public double proximal() {
        return super.proximal() + mu;
      }
    };
  }

  /**
   * Its keys.
   *
   * @param mu μ
   */
  public record Settings(
      @Key(
              value = "factor mu of the term, such as 0.01",
              required = true,
              above = 0,
              example = "0.01")
          double mu) {}

  /** Registers it under its name. */
  public static final class Provider extends LocalRuleProvider<FedProx.Settings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "a term that pulls clients to the global model",
          "Li et al. 2020, arXiv 1812.06127",
          FedProx.Settings.class);
    }

    @Override
    public Framework around(Framework inner, Settings settings) {
      return new FedProx(inner, settings);
    }
  }
}
