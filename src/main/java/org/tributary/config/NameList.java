package org.tributary.config;

import java.util.List;

/** Names as a part of a sentence. */
public final class NameList {
  private NameList() {}

  /**
   * Joins names, such as {@code sgd, adamw and lion}.
   *
   * @param names at least one
   * @param word {@code and} or {@code or}
   * @return the names in the same order
   */
  public static String of(List<String> names, String word) {
    int last = names.size() - 1;
    return last == 0
        ? names.get(0)
        : "%s %s %s".formatted(String.join(", ", names.subList(0, last)), word, names.get(last));
  }
}
