package org.tributary.config;

import java.util.List;
import java.util.Set;

/** A configuration record that has more to say about itself than its keys one by one. */
public interface Section {
  /**
   * The rules between keys that these values break. Called when each key of the section itself is
   * good; a section inside it that has problems of its own is null.
   *
   * @return one sentence each, with how to fix it; empty when all is well
   */
  default List<String> problems() {
    return List.of();
  }

  /**
   * The keys that nothing reads with the current values. A message says so if one of them is
   * written; sections inside this one tell of their own.
   *
   * @return one entry a key, written or not; empty when all are read
   */
  default List<Unread> unread() {
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
