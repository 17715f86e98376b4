package org.tributary.framework;

import org.tributary.config.Method;

/**
 * Wraps a framework with a server optimizer, for the name in {@code framework.server.name}.
 *
 * @param <S> the record of its own keys, which are next to {@code framework.server.name}
 */
public abstract class ServerOptimizerProvider<S extends Record> extends Method<S> {
  /**
   * Creates a provider.
   *
   * @param name the value of {@code framework.server.name}
   * @param about what it does, in one line
   * @param source the paper that it follows
   * @param settings the record of its own keys
   */
  protected ServerOptimizerProvider(String name, String about, String source, Class<S> settings) {
    super(name, about, source, settings);
  }

  /**
   * Wraps a framework.
   *
   * @param inner a framework that averages
   * @param settings the server optimizer's settings
   * @return a {@link Decorator} of the framework
   */
  public abstract Framework around(Framework inner, S settings);
}
