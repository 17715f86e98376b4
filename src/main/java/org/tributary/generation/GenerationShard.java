package org.tributary.generation;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.raw.ColumnKind;
import org.tributary.rows.raw.FileSplit;
import org.tributary.rows.raw.RawFormat;

/**
 * A piece of a file's rows, which one task gets and which becomes one file of answers.
 *
 * @param index counted from 0 over all files
 * @param slice the location of its rows
 * @param first its first row in the file
 * @param before number of rows in all files before this one
 */
public record GenerationShard(int index, Slice slice, long first, long before)
    implements Serializable {

  /**
   * The location of rows.
   *
   * @param pieces pieces of a file that contain the rows, in order
   * @param skip number of rows to skip in the first piece
   * @param rows number of rows
   * @param keys columns whose values are in the names of the file's folders
   * @param columns columns to read, with their types
   */
  record Slice(
      List<FileSplit> pieces,
      long skip,
      long rows,
      Map<String, String> keys,
      LinkedHashMap<String, ColumnKind> columns)
      implements Serializable {}

  long rows() {
    return slice.rows();
  }

  String file() {
    return slice.pieces().get(0).file();
  }

  /** Names of the columns that are read. */
  List<String> columns() {
    return List.copyOf(slice.columns().keySet());
  }

  /** The columns with their plain types. */
  static Schema schema(Map<String, ColumnKind> columns) {
    return new Schema(
        columns.entrySet().stream()
            .map(column -> new Schema.Column(column.getKey(), column.getValue().type()))
            .toList());
  }

  /**
   * Reads the rows.
   *
   * @throws WrongInput if the file has changed
   */
  List<Row> read(Store store, RawFormat format) throws IOException {
    Schema schema = schema(slice.columns());
    LinkedHashMap<String, ColumnKind> inside = new LinkedHashMap<>(slice.columns());
    inside.keySet().removeAll(slice.keys().keySet());
    List<Row> read = new ArrayList<>();
    long skip = slice.skip();
    for (FileSplit piece : slice.pieces()) {
      try (RawFormat.Rows rows = format.read(store, piece, inside)) {
        while (read.size() < slice.rows() && rows.hasNext()) {
          Object[] values = rows.next();
          if (skip > 0) {
            skip--;
          } else {
            read.add(Row.of(schema, whole(values)));
          }
        }
      }
    }
    if (read.size() != slice.rows()) {
      throw RawFormat.changed(file());
    }
    return read;
  }

  private Object[] whole(Object[] values) {
    List<Object> all = new ArrayList<>();
    int next = 0;
    for (String column : slice.columns().keySet()) {
      all.add(slice.keys().containsKey(column) ? slice.keys().get(column) : values[next++]);
    }
    return all.toArray();
  }
}
