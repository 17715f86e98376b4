package org.tributary.rows.raw;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;

/** Parquet files, cut at their row groups. Nested columns become JSON text. */
final class Parquet implements RawFormat {
  private static final long serialVersionUID = 1;

  /** The uncompressed size of a piece in bytes. */
  private static final long PIECE = 128L << 20;

  @Override
  public List<FileSplit> pieces(Store store, Path file, long length) {
    return List.of(FileSplit.whole(file));
  }

  @Override
  public SplitSummary survey(Store store, FileSplit piece) throws IOException {
    SplitSummary survey = new SplitSummary();
    FileKind.refuseOtherThanParquet(store, piece.path());
    try (ParquetReading reading = ParquetRows.read(store, piece.path())) {
      for (ParquetReading.Field field : reading.fields()) {
        survey.column(field.name(), kind(field));
      }
      reading.groups().forEach(group -> survey.group(group.rows(), group.bytes()));
    }
    return survey;
  }

  private static ColumnKind kind(ParquetReading.Field field) {
    return switch (field.shape()) {
      case PLAIN -> ColumnKind.valueOf(field.type().name());
      case ARRAY -> ColumnKind.ARRAY;
      case OBJECT -> ColumnKind.OBJECT;
      case UNREADABLE -> ColumnKind.UNREADABLE;
    };
  }

  @Override
  public List<FileSplit> cut(FileSplit piece, SplitSummary survey) {
    List<FileSplit> pieces = new ArrayList<>();
    long from = 0;
    long to = 0;
    long bytes = 0;
    for (int i = 0; i < survey.groups().size(); i += 2) {
      to += survey.groups().get(i);
      bytes += survey.groups().get(i + 1);
      if (bytes >= PIECE || i == survey.groups().size() - 2) {
        pieces.add(new FileSplit(piece.file(), from, to));
        from = to;
        bytes = 0;
      }
    }
    return pieces;
  }

  @Override
  public Rows read(Store store, FileSplit piece, Map<String, ColumnKind> columns)
      throws IOException {
    if (columns.isEmpty()) {
      // Every column is in the names of folders.
      return new Empty(piece.to() - piece.from());
    }
    ParquetReading reading = ParquetRows.read(store, piece.path(), List.copyOf(columns.keySet()));
    try {
      if (piece.to() > reading.rows()) {
        throw RawFormat.changed(piece.file());
      }
      return new Reading(reading.range(piece.from(), piece.to()));
    } catch (IOException | RuntimeException | Error e) {
      reading.close();
      throw e;
    }
  }

  /** Reads the rows of a piece. */
  private record Reading(ParquetReading rows) implements Rows {
    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Object[] next() {
      Row row = rows.next();
      Object[] values = new Object[row.schema().columns().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = row.value(i);
      }
      return values;
    }

    @Override
    public void close() throws IOException {
      rows.close();
    }
  }

  /** Rows without a column in the file. */
  private static final class Empty implements Rows {
    private long left;

    Empty(long rows) {
      left = rows;
    }

    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public Object[] next() {
      left--;
      return new Object[0];
    }

    @Override
    public void close() {
      // No file is open.
    }
  }
}
