package org.tributary.config;

/**
 * A key that nothing reads with the current values.
 *
 * @param key dotted name, relative to the section that reports it, or with a leading slash from the
 *     root; a section means all its keys
 * @param decider dotted name, of the same kind, of the key whose value decides that nothing reads
 *     it; empty if no key does
 * @param why the method that does not read it, and the one that does, such as {@code adamw does not
 *     read it, sgd does}
 */
public record UnreadKey(String key, String decider, String why) {
  private static final String ROOT = "/";

  /**
   * The same key, with a name relative to the enclosing section.
   *
   * @param path dotted name of the section
   * @return names relative to the root
   */
  UnreadKey below(String path) {
    return new UnreadKey(below(path, key), decider.isEmpty() ? "" : below(path, decider), why);
  }

  private static String below(String path, String name) {
    return name.startsWith(ROOT) ? name.substring(1) : ConfigSchema.join(path, name);
  }
}
