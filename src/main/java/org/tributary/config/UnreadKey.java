package org.tributary.config;

import java.util.function.Supplier;

/**
 * A key that nothing reads with the current values.
 *
 * @param key dotted name, relative to the section that reports it, or with a leading slash from the
 *     root; a section means all its keys
 * @param decider dotted name, of the same kind, of the key whose value decides that nothing reads
 *     it; empty if no key does
 * @param reason gives, when a message needs it, the method that does not read the key, and the one
 *     that does, such as {@code adamw does not read it, sgd does}
 */
public record UnreadKey(String key, String decider, Supplier<String> reason) {
  private static final String ROOT = "/";

  /**
   * A key with a reason that is known already.
   *
   * @param key see {@link #key}
   * @param decider see {@link #decider}
   * @param why see {@link #why}
   */
  public UnreadKey(String key, String decider, String why) {
    this(key, decider, () -> why);
  }

  /**
   * Why nothing reads the key.
   *
   * @return a sentence without a stop at its end
   */
  public String why() {
    return reason.get();
  }

  /**
   * The same key, with a name relative to the enclosing section.
   *
   * @param path dotted name of the section
   * @return names relative to the root
   */
  UnreadKey below(String path) {
    return new UnreadKey(below(path, key), decider.isEmpty() ? "" : below(path, decider), reason);
  }

  private static String below(String path, String name) {
    return name.startsWith(ROOT) ? name.substring(1) : ConfigSchema.join(path, name);
  }
}
