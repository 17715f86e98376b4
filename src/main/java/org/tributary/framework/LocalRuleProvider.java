package org.tributary.framework;

import org.tributary.config.Method;

/**
 * Puts a local rule around a framework, for the name in {@code framework.local.name}.
 *
 * @param <S> the record of its own keys, which stand next to {@code framework.local.name}
 */
public abstract class LocalRuleProvider<S extends Record> extends Method<S> {
  /**
   * A local rule.
   *
   * @param name that {@code framework.local.name} has
   * @param about what it does, in one line
   * @param source the paper that it follows
   * @param settings the record of its own keys
   */
  protected LocalRuleProvider(String name, String about, String source, Class<S> settings) {
    super(name, about, source, settings);
  }

  /**
   * Puts it around a framework.
   *
   * @param inner the framework
   * @param settings of the configuration
   * @return a {@link Decorator} of the framework
   */
  public abstract Framework around(Framework inner, S settings);

  /**
   * Whether it works only around frameworks that average.
   *
   * @return false unless said
   */
  public boolean needsMean() {
    return false;
  }
}
