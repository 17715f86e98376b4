package org.tributary.rows;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/** Reads the rows of one Parquet file in file order, with one row group in memory at a time. */
public final class ParquetReading implements Iterator<Row>, Closeable {
  private final Path file;
  private final ParquetFileReader reader;
  private final ParquetSchema columns;
  private final MessageColumnIO columnIo;
  private final long rows;
  private long group = -1;
  private long leftInGroup;
  private long next;
  private long end;
  private RecordReader<Row> records;

  private ParquetReading(Path file, ParquetFileReader reader, ParquetSchema columns) {
    this.file = file;
    this.reader = reader;
    this.columns = columns;
    MessageType requested = columns.requested();
    reader.setRequestedSchema(requested);
    MessageType whole = reader.getFileMetaData().getSchema();
    this.columnIo =
        new ColumnIOFactory(reader.getFileMetaData().getCreatedBy()).getColumnIO(requested, whole);
    this.rows = reader.getRecordCount();
    this.end = rows;
  }

  static ParquetReading open(Store store, Path file, List<String> names) throws IOException {
    if (!store.exists(file)) {
      throw new WrongInput(file + " does not exist; check the path");
    }
    ParquetFileReader reader;
    try {
      reader = ParquetFileReader.open(new ParquetInput(store, file));
    } catch (RuntimeException e) {
      ParquetFaults.refusePointer(store, file);
      throw ParquetFaults.unreadable(file, e);
    } catch (IOException e) {
      if (ParquetFaults.damaged(e)) {
        throw ParquetFaults.unreadable(file, e);
      }
      throw e;
    }
    try {
      MessageType schema = reader.getFileMetaData().getSchema();
      ParquetFaults.refuseCodecs(file, reader, names);
      return new ParquetReading(file, reader, ParquetSchema.of(file, schema, names));
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /**
   * All columns.
   *
   * @return the type of each, in file order
   */
  public List<Field> fields() {
    return reader.getFileMetaData().getSchema().getFields().stream()
        .map(
            field ->
                new Field(
                    field.getName(),
                    ParquetSchema.flat(field).map(ParquetValues::type).orElse(null),
                    shape(field)))
        .toList();
  }

  private static Shape shape(org.apache.parquet.schema.Type field) {
    if (!ParquetNested.isReadable(field)) {
      return Shape.UNREADABLE;
    }
    return !ParquetNested.isNested(field)
        ? Shape.PLAIN
        : ParquetNested.isArray(field) ? Shape.ARRAY : Shape.OBJECT;
  }

  /** How a column's values are read. Nested values are read as JSON text. */
  public enum Shape {
    PLAIN,
    ARRAY,
    OBJECT,
    UNREADABLE
  }

  /**
   * A column of the file.
   *
   * @param name its name in the file
   * @param type the plain type; null for other types
   * @param shape of its values
   */
  public record Field(String name, Schema.Type type, Shape shape) {}

  /**
   * The number of rows and bytes of each row group.
   *
   * @return in file order
   */
  public List<Group> groups() {
    return reader.getRowGroups().stream()
        .map(group -> new Group(group.getRowCount(), group.getTotalByteSize()))
        .toList();
  }

  /**
   * A row group.
   *
   * @param rows number of rows
   * @param bytes uncompressed size of all columns
   */
  public record Group(long rows, long bytes) {}

  /**
   * Names and types of the columns in the rows.
   *
   * @return the requested columns, in that order
   */
  public Schema schema() {
    return columns.schema();
  }

  /**
   * Columns that cannot be read as plain values.
   *
   * @return names of the file's nested, repeated and special columns
   */
  public List<String> skipped() {
    return columns.skipped();
  }

  /**
   * The number of rows in the file, whatever the range is.
   *
   * @return from the file's footer
   */
  public long rows() {
    return rows;
  }

  /**
   * Restricts the reading to the rows from (inclusive) to (exclusive). Row groups outside of them
   * are not read. Call it only before the first row.
   *
   * @param from 0 or more
   * @param to at most {@link #rows()}
   * @return this
   * @throws IOException if the file system fails
   */
  public ParquetReading range(long from, long to) throws IOException {
    if (group >= 0 || from < 0 || from > to || to > rows) {
      throw new IllegalArgumentException(
          "rows %d to %d of %s, which has %d".formatted(from, to, file, rows));
    }
    end = to;
    long skip = from;
    for (var block : reader.getRowGroups()) {
      if (skip < block.getRowCount()) {
        break;
      }
      reader.skipNextRowGroup();
      skip -= block.getRowCount();
      next += block.getRowCount();
      group++;
    }
    while (next < from) {
      next();
    }
    return this;
  }

  @Override
  public boolean hasNext() {
    return next < end;
  }

  /**
   * The next row.
   *
   * @return in file order
   * @throws WrongInput if the file is damaged, or a text is not UTF-8
   */
  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException(file + " has no row " + next);
    }
    try {
      while (leftInGroup == 0) {
        nextGroup();
      }
      leftInGroup--;
      next++;
      return records.read();
    } catch (WrongInput e) {
      throw new WrongInput("%s, row %d: %s".formatted(file, next, e.getMessage()), e);
    } catch (RuntimeException e) {
      throw ParquetFaults.unreadable(file, e);
    } catch (IOException e) {
      throw ParquetFaults.damaged(e)
          ? ParquetFaults.unreadable(file, e)
          : new UncheckedIOException("reading " + file, e);
    }
  }

  private void nextGroup() throws IOException {
    PageReadStore pages = reader.readNextRowGroup();
    group++;
    leftInGroup = pages.getRowCount();
    records =
        columnIo.getRecordReader(
            pages, new RowMaterializer(columns.schema(), columns.requested().getFields()));
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
