package org.tributary.rows;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.tributary.checkpoint.Store;

/**
 * Reads and writes Parquet files as plain rows, without Spark. Clients read with it inside a task,
 * and jobs write with it. Equal rows give equal bytes, on every machine.
 */
public final class ParquetRows {
  /** The rows of a group stay in memory until the group is full. */
  private static final long ROW_GROUP_BYTES = 32L << 20;

  private ParquetRows() {}

  /**
   * Writes a whole file. The stream stays open, as {@link Store#commit} requires.
   *
   * @param out receives the bytes
   * @param schema names and types of the columns; every column is optional in the file
   * @param rows rows of this schema
   * @throws IOException if the stream fails
   */
  public static void write(OutputStream out, Schema schema, Iterable<Row> rows) throws IOException {
    try (ParquetWriter<Row> writer = new Builder(new ParquetOutput(out), schema).build()) {
      for (Row row : rows) {
        writer.write(row);
      }
    }
  }

  /**
   * Opens a file for all its flat columns and all rows.
   *
   * @param store file system of the file
   * @param file the Parquet file
   * @return its rows; the caller must close them
   * @throws IOException if the file system fails
   * @throws org.tributary.error.WrongInput if the file is missing or no Parquet
   */
  public static ParquetReading read(Store store, Path file) throws IOException {
    return ParquetReading.open(store, file, List.of());
  }

  /**
   * Opens a file for some columns.
   *
   * @param store file system of the file
   * @param file the Parquet file
   * @param columns which, in this order; empty for all flat ones
   * @return its rows; the caller must close them
   * @throws IOException if the file system fails
   * @throws org.tributary.error.WrongInput if the file is missing or not Parquet, or a column is
   *     missing or nested
   */
  public static ParquetReading read(Store store, Path file, List<String> columns)
      throws IOException {
    return ParquetReading.open(store, file, columns);
  }

  /**
   * Reads all rows of some columns.
   *
   * @param store file system of the file
   * @param file the Parquet file
   * @param columns which, in this order; empty for all flat ones
   * @param each receives every row in file order
   * @throws IOException if the file system fails
   * @throws org.tributary.error.WrongInput as {@link #read(Store, Path, List)}
   */
  public static void forEach(Store store, Path file, List<String> columns, Consumer<Row> each)
      throws IOException {
    try (ParquetReading rows = read(store, file, columns)) {
      rows.forEachRemaining(each);
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
    private final Schema schema;

    Builder(OutputFile file, Schema schema) {
      super(file);
      this.schema = schema;
      // Hadoop's site files must not change the bytes, so no default configuration is loaded.
      withConf(new Configuration(false));
      // Zstd gives equal bytes everywhere. Snappy does not, because its hash depends on the CPU.
      withCompressionCodec(CompressionCodecName.ZSTD);
      withRowGroupSize(ROW_GROUP_BYTES);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Row> getWriteSupport(Configuration conf) {
      return new RowWriteSupport(schema);
    }
  }
}
