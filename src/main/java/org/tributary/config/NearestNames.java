package org.tributary.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Suggests names for a wrong name, by edit distance. */
public final class NearestNames {
  /** A name in the same section is preferred to an equally near name in another section. */
  private static final double MISPLACED = 0.5;

  private static final int MOST = 3;

  /** A name with such a difference in length is not a misspelling. */
  private static final int LONG = 100;

  private NearestNames() {}

  /**
   * The known keys that are nearest to an unknown one, in all sections.
   *
   * @param section dotted name of its section
   * @param unknown its name in the section
   * @param known dotted names of all keys
   * @return dotted names, equally near; empty if none is near
   */
  static List<String> keys(String section, String unknown, Collection<String> known) {
    List<String> nearest = new ArrayList<>();
    double best = tolerance(unknown) + MISPLACED;
    for (String key : known) {
      double misplaced = ConfigSchema.parent(key).equals(section) ? 0 : MISPLACED;
      int toLast = distance(unknown, ConfigSchema.last(key));
      double distance = misplaced + Math.min(toLast, distance(unknown, key));
      if (distance < best) {
        nearest.clear();
      }
      if (distance <= best) {
        best = distance;
        nearest.add(key);
      }
    }
    return nearest.size() > MOST ? nearest.subList(0, MOST) : nearest;
  }

  /**
   * The allowed name that is nearest to a wrong one.
   *
   * @param wrong a name that is not allowed
   * @param allowed names
   * @return the first of the nearest; empty if none is near
   */
  public static Optional<String> name(String wrong, Collection<String> allowed) {
    String nearest = null;
    int best = tolerance(wrong) + 1;
    for (String name : allowed) {
      int distance = distance(wrong, name);
      if (distance < best) {
        best = distance;
        nearest = name;
      }
    }
    return Optional.ofNullable(nearest);
  }

  private static int tolerance(String name) {
    return name.length() < 5 ? 1 : Math.min(LONG / 2, Math.max(2, name.length() / 3));
  }

  private static int distance(String a, String b) {
    if (Math.abs(a.length() - b.length()) > LONG) {
      return LONG;
    }
    return LevenshteinDistance.getDefaultInstance().apply(KeyAliases.plain(a), KeyAliases.plain(b));
  }
}
