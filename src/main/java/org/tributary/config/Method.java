package org.tributary.config;

import org.tributary.plugin.Plugin;

/**
 * A plugin that a key of the configuration names and that may have keys of its own, which stand
 * next to its name. A key that the named method has not, and another one has, is refused by name.
 *
 * @param <S> a record whose components carry {@link Key}; {@link NoSettings} for none
 */
public abstract class Method<S extends Record> extends Plugin {
  private final Class<S> settings;

  /**
   * A method.
   *
   * @param name by which the configuration asks for it
   * @param about what it does, in one line
   * @param source the paper, standard or page that it follows
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
