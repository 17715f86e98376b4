package org.tributary.framework;

import java.util.Map;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;

/** A local rule that wraps another one. It forwards every method that it does not override. */
public abstract class LocalRuleDecorator implements LocalRule {
  private final LocalRule inner;

  /**
   * Wraps a rule.
   *
   * @param inner the wrapped rule
   */
  protected LocalRuleDecorator(LocalRule inner) {
    this.inner = inner;
  }

  @Override
  public Map<String, HostTensor> drift(Map<String, HostTensor> start) {
    return inner.drift(start);
  }

  @Override
  public double proximal() {
    return inner.proximal();
  }

  @Override
  public Map<String, HostTensor> finish(
      Map<String, HostTensor> start, Map<String, HostTensor> trained, Facts facts) {
    return inner.finish(start, trained, facts);
  }
}
