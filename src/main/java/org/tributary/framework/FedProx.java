package org.tributary.framework;

import java.util.Map;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;

/**
 * FedProx (Li et al. 2020, arXiv 1812.06127) around any framework: a client's loss has the term μ/2
 * ‖w − w_t‖² of what it trains, so that its gradient has μ (w − w_t). It keeps clients with unequal
 * data near the global model. Nothing more travels.
 */
final class FedProx extends Decorator {
  static final String NAME = "fedprox";

  private final double mu;

  FedProx(Framework inner, double mu) {
    super(inner);
    this.mu = mu;
  }

  @Override
  public LocalRule local() {
    LocalRule inner = super.local();
    return new LocalRule() {
      @Override
      public Map<String, HostTensor> drift(Map<String, HostTensor> start) {
        return inner.drift(start);
      }

      @Override
      public double proximal() {
        return inner.proximal() + mu;
      }

      @Override
      public Map<String, HostTensor> finish(
          Map<String, HostTensor> start, Map<String, HostTensor> trained, Facts facts) {
        return inner.finish(start, trained, facts);
      }
    };
  }
}
