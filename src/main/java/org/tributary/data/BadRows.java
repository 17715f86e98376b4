package org.tributary.data;

import java.util.List;

/**
 * The rows of a part that cannot be used.
 *
 * @param places in the part's file, counted from 0, in order
 * @param named why the first of them cannot be used, each with its file and row
 */
public record BadRows(List<Integer> places, List<String> named) {
  /** Rows of a part that are named at most. */
  public static final int NAMED = 10;
}
