package org.tributary.model;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two naming schemes for the parts of a model's blocks: {@code <prefix><blocks><i>.<part>}.
 *
 * @param prefix an optional prefix of names, which does not change
 * @param from the start of all blocks' names
 * @param to the start of all blocks' names in the other scheme
 * @param parts names in the other scheme, by the names of the parts that differ
 */
record BlockRenaming(String prefix, String from, String to, Map<String, String> parts) {
  /**
   * Renames a module or a tensor.
   *
   * @param name any
   * @return the name in the other scheme; names outside blocks do not change
   */
  String apply(String name) {
    Matcher block =
        Pattern.compile(
                "((?:%s)?)%s(\\d+\\.)(.+)".formatted(Pattern.quote(prefix), Pattern.quote(from)))
            .matcher(name);
    return block.matches() ? block.group(1) + to + block.group(2) + part(block.group(3)) : name;
  }

  private String part(String name) {
    for (Map.Entry<String, String> part : parts.entrySet()) {
      if (name.equals(part.getKey()) || name.startsWith(part.getKey() + ".")) {
        return part.getValue() + name.substring(part.getKey().length());
      }
    }
    return name;
  }

  /**
   * The inverse renaming.
   *
   * @return the inverse
   */
  BlockRenaming inverse() {
    Map<String, String> back = new TreeMap<>();
    parts.forEach((here, there) -> back.put(there, here));
    return new BlockRenaming(prefix, to, from, back);
  }
}
