package org.tributary.config;

import java.util.List;
import java.util.Set;

/** A configuration record with rules that concern more than one key. */
public interface Section {
  /**
   * The rules between keys that the values break. Called if each key of the section is valid; an
   * inner section with problems is null.
   *
   * @return one sentence for each problem, with how to fix it; empty if there is none
   */
  default List<String> problems() {
    return List.of();
  }

  /**
   * The keys that nothing reads with the current values. If one of them is written, a message says
   * so. Inner sections report their own keys.
   *
   * @return one entry for each key, written or not; empty if all keys are read
   */
  default List<UnreadKey> unread() {
    return List.of();
  }

  /**
   * Keys declared operational that are frozen with the current values.
   *
   * @return names of components of this record
   */
  default Set<String> alsoFrozen() {
    return Set.of();
  }
}
