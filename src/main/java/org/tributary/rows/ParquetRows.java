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
 * Parquet files as plain rows, without Spark: what clients read inside a task and what jobs write.
 * Equal rows give equal bytes, on every machine.
 */
public final class ParquetRows {
  /** Rows of one group are held in memory until it is full. */
  private static final long ROW_GROUP_BYTES = 32L << 20;

  private ParquetRows() {}

  /**
   * Writes a whole file; the stream stays open, so this fits {@link Store#commit}.
   *
   * @param out where the bytes go
   * @param schema names and types; every column is optional in the file
   * @param rows all of this schema
   * @throws IOException where the stream fails
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
   * @param store where it lies
   * @param file the Parquet file
   * @return its rows, to be closed
   * @throws IOException where the file system fails
   * @throws org.tributary.error.WrongInput where the file is missing or no Parquet
   */
  public static ParquetReading read(Store store, Path file) throws IOException {
    return ParquetReading.open(store, file, List.of());
  }

  /**
   * Opens a file for some columns.
   *
   * @param store where it lies
   * @param file the Parquet file
   * @param columns which, in this order; empty for all flat ones
   * @return its rows, to be closed
   * @throws IOException where the file system fails
   * @throws org.tributary.error.WrongInput where the file is missing or no Parquet, or a column is
   *     missing or nested
   */
  public static ParquetReading read(Store store, Path file, List<String> columns)
      throws IOException {
    return ParquetReading.open(store, file, columns);
  }

  /**
   * Reads all rows of some columns.
   *
   * @param store where it lies
   * @param file the Parquet file
   * @param columns which, in this order; empty for all flat ones
   * @param each called for every row in file order
   * @throws IOException where the file system fails
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
      // Site files must not change the bytes, hence no defaults.
      withConf(new Configuration(false));
      // Unlike Snappy, whose hash depends on the CPU, zstd gives equal bytes everywhere.
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
