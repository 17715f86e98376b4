package org.tributary.data;

import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/** The rows of one folder of a partitioned set. */
final class PartRows {
  private PartRows() {}

  /** Gives every row of a folder's Parquet files, by name and in file order, and where it lies. */
  static void forEach(Store store, Path folder, List<String> columns, BiConsumer<Row, String> each)
      throws IOException {
    for (FileStatus status : store.list(folder)) {
      Path file = status.getPath();
      if (!file.getName().endsWith(".parquet")) {
        continue;
      }
      try (ParquetReading rows = ParquetRows.read(store, file, columns)) {
        for (long i = 0; rows.hasNext(); i++) {
          each.accept(rows.next(), file + ", row " + i);
        }
      }
    }
  }

  /** Refuses a folder without rows. */
  static void refuseNone(Path folder, int rows) {
    if (rows == 0) {
      throw new WrongInput(
          folder
              + " holds no rows; a client needs at least one, so partition again or leave it"
              + " out");
    }
  }
}
