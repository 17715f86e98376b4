package org.tributary.framework;

import org.tributary.config.Method;

/**
 * Wraps a framework with a local rule, for the name in {@code framework.local.name}.
 *
 * @param <S> the record of its own keys, which are next to {@code framework.local.name}
 */
public abstract class LocalRuleProvider<S extends Record> extends Method<S> {
  /**
   * Creates a provider.
   *
   * @param name the value of {@code framework.local.name}
   * @param about what it does, in one line
   * @param source the paper that it follows
   * @param settings the record of its own keys
   */
  protected LocalRuleProvider(String name, String about, String source, Class<S> settings) {
    super(name, about, source, settings);
  }

  /**
   * Wraps a framework.
   *
   * @param inner the framework
   * @param settings the local rule's settings
   * @return a {@link Decorator} of the framework
   */
  public abstract Framework around(Framework inner, S settings);

  /**
   * Whether the rule works only with frameworks that average.
   *
   * @return false by default
   */
  public boolean needsMean() {
    return false;
  }
}
