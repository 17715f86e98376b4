package org.tributary.rows;

import java.util.List;

/**
 * The rows of a part that cannot be used.
 *
 * @param places in the part's file, counted from 0, in order
 * @param named why the first of them cannot be used, each with its file and row
 * @param cuts what the longest length leaves of the others
 * @param white images among the others whose 16-bit grey values become white for the most part
 */
public record BadRows(List<Integer> places, List<String> named, Truncation cuts, long white) {
  /** Rows of a part that are named at most. */
  public static final int NAMED = 10;

  /** The same with what was found of lengths. */
  public BadRows with(Truncation found) {
    return new BadRows(places, named, found, white);
  }

  /** The same with what was found of grey images. */
  public BadRows withWhite(long found) {
    return new BadRows(places, named, cuts, found);
  }
}
