package org.tributary.framework;

import org.tributary.config.Method;
import org.tributary.protocol.Adapters;

/**
 * Makes a framework for the name in {@code framework.name}.
 *
 * @param <S> the record of the framework's own keys, which are next to {@code framework.name}
 */
public abstract class FrameworkProvider<S extends Record> extends Method<S> {
  /**
   * Creates a provider.
   *
   * @param name the value of {@code framework.name}
   * @param about what it does, in one line
   * @param source the paper that it follows
   * @param settings the record of its own keys
   */
  protected FrameworkProvider(String name, String about, String source, Class<S> settings) {
    super(name, about, source, settings);
  }

  /**
   * Makes the framework of a run.
   *
   * @param settings the framework's settings
   * @param adapters the adapters of the configuration; null if it has none
   * @return the framework
   * @throws org.tributary.error.WrongInput if the settings do not fit each other
   */
  public abstract Framework of(S settings, Adapters adapters);
}
