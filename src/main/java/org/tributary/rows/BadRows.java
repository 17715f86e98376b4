package org.tributary.rows;

import java.util.List;

/**
 * The rows of a part that cannot be used.
 *
 * @param places row numbers in the part's file, counted from 0, in order
 * @param named the reasons for the first of them, each with its file and row
 * @param cuts how the longest length shortens the others
 * @param white number of images among the others whose 16-bit grey values mostly become white
 */
public record BadRows(List<Integer> places, List<String> named, Truncation cuts, long white) {
  /** The most rows of a part that are named. */
  public static final int NAMED = 10;

  /** A copy with the findings about lengths. */
  public BadRows with(Truncation found) {
    return new BadRows(places, named, found, white);
  }

  /** A copy with the number of such grey images. */
  public BadRows withWhite(long found) {
    return new BadRows(places, named, cuts, found);
  }
}
