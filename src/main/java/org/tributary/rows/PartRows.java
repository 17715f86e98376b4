package org.tributary.rows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/** The rows of one folder of a partitioned set. */
public final class PartRows {
  private PartRows() {}

  /**
   * Passes on every row of a folder's Parquet files that is not left out, with its location. Files
   * are in the order of their names.
   *
   * @throws WrongInput if there is no such row
   */
  public static void forEach(
      Store store, PartSource source, List<String> columns, BiConsumer<Row, String> each)
      throws IOException {
    long[] given = {0};
    visit(
        store,
        source.folder(),
        columns,
        (row, file, place) -> {
          if (!source.skipped().get(place)) {
            given[0]++;
            each.accept(row, where(file, place));
          }
        });
    if (given[0] == 0) {
      throw new WrongInput(
          source.folder()
              + " holds no rows; a client needs at least one, so partition again under another name");
    }
  }

  /** Finds the rows that would be refused when they are used. */
  public static BadRows check(
      Store store, Path folder, List<String> columns, BiConsumer<Row, String> use)
      throws IOException {
    List<Integer> places = new ArrayList<>();
    List<String> named = new ArrayList<>();
    visit(
        store,
        folder,
        columns,
        (row, file, place) -> {
          try {
            use.accept(row, where(file, place));
          } catch (WrongInput e) {
            places.add(place);
            if (named.size() < BadRows.NAMED) {
              named.add(e.getMessage());
            }
          }
        });
    return new BadRows(places, named, Truncation.NONE, 0);
  }

  private interface Visitor {
    void visit(Row row, Path file, int place);
  }

  private static void visit(Store store, Path folder, List<String> columns, Visitor visitor)
      throws IOException {
    for (FileStatus status : store.list(folder)) {
      Path file = status.getPath();
      if (!file.getName().endsWith(".parquet")) {
        continue;
      }
      try (ParquetReading rows = ParquetRows.read(store, file, columns)) {
        for (int i = 0; rows.hasNext(); i++) {
          visitor.visit(rows.next(), file, i);
        }
      }
    }
  }

  private static String where(Path file, int place) {
    return file + ", row " + place;
  }
}
