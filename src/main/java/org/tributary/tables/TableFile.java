package org.tributary.tables;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.run.RunFolder;

/** Small files of tables, read and written as a whole. */
final class TableFile {
  private TableFile() {}

  /**
   * The file of a variant in a comparison's table. No name has an {@code @}, so it is the file of
   * no other variant or set.
   *
   * @param partition the name of the partitioned set; null if all runs have the same
   */
  static Path of(Path comparison, String table, String variant, String partition) {
    String name = partition == null ? variant : variant + "@" + partition;
    return new Path(new Path(new RunFolder(comparison).tables(), table), name + ".parquet");
  }

  /** All rows of a file; none if it does not exist. */
  static List<Row> read(Store store, Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    if (store.exists(file)) {
      try (ParquetReading reading = ParquetRows.read(store, file)) {
        reading.forEachRemaining(rows::add);
      }
    }
    return rows;
  }

  /** Writes a file, or replaces it if its rows have changed. */
  static void replace(Store store, Path file, Schema schema, List<Row> rows) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ParquetRows.write(bytes, schema, rows);
    if (store.exists(file) && !Arrays.equals(store.readAll(file), bytes.toByteArray())) {
      store.delete(file);
    }
    store.commit(file, bytes::writeTo);
  }
}
