package org.tributary.config;

/**
 * A key that nothing reads with the values at hand.
 *
 * @param key dotted name, relative to the section that tells of it; a section stands for all in it
 * @param decider dotted name, relative to the same section, of the key whose value decides that
 *     nothing reads it; empty where no key does
 * @param why who does not read it and who would, such as {@code adamw does not read it, sgd does}
 */
public record Unread(String key, String decider, String why) {
  /**
   * The same, told from the section around.
   *
   * @param path dotted name of the section
   * @return names relative to the root
   */
  Unread below(String path) {
    return new Unread(
        ConfigSchema.join(path, key),
        decider.isEmpty() ? "" : ConfigSchema.join(path, decider),
        why);
  }
}
