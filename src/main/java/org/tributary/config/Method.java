package org.tributary.config;

import org.tributary.plugin.Plugin;

/**
 * A plugin that a key of the configuration names. It may have its own keys, which are written next
 * to its name. A key that only another method has is refused with a message.
 *
 * @param <S> a record whose components have {@link Key}; {@link NoSettings} for none
 */
public abstract class Method<S extends Record> extends Plugin {
  private final Class<S> settings;

  /**
   * Creates a method.
   *
   * @param name its name in configurations
   * @param about what it does, in one line
   * @param source the paper, standard or page that it implements
   * @param settings the record of its keys
   */
  protected Method(String name, String about, String source, Class<S> settings) {
    super(name, about, source);
    this.settings = settings;
  }

  /**
   * The record of its keys.
   *
   * @return a record class
   */
  public final Class<S> settings() {
    return settings;
  }
}
