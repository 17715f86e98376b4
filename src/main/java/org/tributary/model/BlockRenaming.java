package org.tributary.model;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two ways to name the same parts of a model's blocks: {@code <prefix><blocks><i>.<part>}.
 *
 * @param prefix that a name may have in front, and keeps
 * @param from what all blocks' names begin with
 * @param to what they begin with in the other way
 * @param parts the other way's names by these, of the parts that differ
 */
record BlockRenaming(String prefix, String from, String to, Map<String, String> parts) {
  /**
   * Renames a module or a tensor.
   *
   * @param name any
   * @return the other way's name; names of no block stay as they are
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
   * The same two ways, the other way round.
   *
   * @return the inverse
   */
  BlockRenaming inverse() {
    Map<String, String> back = new TreeMap<>();
    parts.forEach((here, there) -> back.put(there, here));
    return new BlockRenaming(prefix, to, from, back);
  }
}
