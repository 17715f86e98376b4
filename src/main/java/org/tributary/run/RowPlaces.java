package org.tributary.run;

import java.util.BitSet;
import java.util.List;

/**
 * Where the rows of an evaluation are. Rows are stored file by file; skipped rows are not counted.
 *
 * @param files in the order of the rows
 */
public record RowPlaces(List<File> files) {
  /** Copies. */
  public RowPlaces {
    files = List.copyOf(files);
  }

  /**
   * A file of rows.
   *
   * @param name in the manifest
   * @param rows number of its rows, with those that are skipped
   * @param skipped numbers of the skipped ones, counted from 0
   */
  public record File(String name, int rows, BitSet skipped) {
    private int kept() {
      return rows - skipped.cardinality();
    }

    /** The number in the file of its n-th row that is not skipped. */
    private int place(int n) {
      int place = skipped.nextClearBit(0);
      if (skipped.isEmpty()) {
        return n;
      }
      for (int i = 0; i < n; i++) {
        place = skipped.nextClearBit(place + 1);
      }
      return place;
    }
  }

  /**
   * A row's place. It identifies the row, because files of a partitioned set never change.
   *
   * @param file its name in the manifest
   * @param row its number in the file, counted from 0
   */
  public record Place(String file, int row) {}

  /**
   * The place of a row.
   *
   * @param index among all rows of the evaluation
   * @return its file and its number there
   */
  public Place of(int index) {
    int before = 0;
    for (File file : files) {
      if (index < before + file.kept()) {
        return new Place(file.name(), file.place(index - before));
      }
      before += file.kept();
    }
    throw new IndexOutOfBoundsException("row " + index + " of " + before);
  }
}
