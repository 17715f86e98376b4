package org.tributary.rows.raw;

import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * A format of raw files, read without Spark, by whoever has a piece: all bytes come through the
 * store, so that a path is never a pattern, and names may have any character.
 */
public interface RawFormat extends Serializable {
  /**
   * JSON lines.
   *
   * @return the format
   */
  static RawFormat jsonLines() {
    return new JsonLines();
  }

  /**
   * Parquet.
   *
   * @return the format
   */
  static RawFormat parquet() {
    return new Parquet();
  }

  /**
   * CSV with a header.
   *
   * @param separator between fields; null to tell it from each file's header
   * @return the format
   */
  static RawFormat csv(Character separator) {
    return new Csv(separator);
  }

  /**
   * What is said of a file that is no longer what it was when it was looked at first.
   *
   * @param file its name
   * @return to throw
   */
  static WrongInput changed(String file) {
    return new WrongInput(
        file
            + ": changed while it was read; see that nobody writes to it, and run again, generate with"
            + " another out");
  }

  /**
   * Cuts a file into what tasks look at first.
   *
   * @param store reaches the file
   * @param file to cut
   * @param length its bytes
   * @return pieces in file order, at least one
   * @throws IOException where the file system fails
   */
  List<FileSplit> pieces(Store store, Path file, long length) throws IOException;

  /**
   * Looks at all of a piece.
   *
   * @param store reaches the file
   * @param piece of it
   * @return columns, rows, and what cannot be used
   * @throws org.tributary.error.WrongInput where the file as a whole cannot be read
   * @throws IOException where the file system fails
   */
  SplitSummary survey(Store store, FileSplit piece) throws IOException;

  /**
   * Looks at the beginning of a piece.
   *
   * @param store reaches the file
   * @param piece of it
   * @param most rows to look at, at least
   * @return columns, rows, and what cannot be used
   * @throws org.tributary.error.WrongInput where the file as a whole cannot be read
   * @throws IOException where the file system fails
   */
  default SplitSummary head(Store store, FileSplit piece, long most) throws IOException {
    return survey(store, piece);
  }

  /**
   * Cuts a file into what tasks read, once it was looked at.
   *
   * @param piece of the first cut
   * @param survey of it
   * @return pieces in file order
   */
  default List<FileSplit> cut(FileSplit piece, SplitSummary survey) {
    return List.of(piece);
  }

  /**
   * Reads a piece's rows.
   *
   * @param store reaches the file
   * @param piece of it
   * @param columns to read, with what they hold
   * @return the values in the order of the columns
   * @throws org.tributary.error.WrongInput where the file is not what the survey saw
   * @throws IOException where the file system fails
   */
  Rows read(Store store, FileSplit piece, Map<String, ColumnKind> columns) throws IOException;

  /** Rows as values, to be closed. */
  interface Rows extends Iterator<Object[]>, Closeable {}
}
