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
 * A format of raw files, read without Spark. All bytes come through the store, so a path is never a
 * pattern and names may have any character.
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
   * @param separator between fields; null to detect it from each file's header
   * @return the format
   */
  static RawFormat csv(Character separator) {
    return new Csv(separator);
  }

  /**
   * The error for a file that changed after its survey.
   *
   * @param file its name
   * @return the exception to throw
   */
  static WrongInput changed(String file) {
    return new WrongInput(
        file
            + ": changed while it was read; see that nobody writes to it, and run again, generate with"
            + " another out");
  }

  /**
   * Cuts a file into pieces for the survey.
   *
   * @param store access to the file
   * @param file to cut
   * @param length its bytes
   * @return pieces in file order, at least one
   * @throws IOException if the file system fails
   */
  List<FileSplit> pieces(Store store, Path file, long length) throws IOException;

  /**
   * Surveys a whole piece.
   *
   * @param store access to the file
   * @param piece a piece of the file
   * @return columns, rows, and what cannot be used
   * @throws org.tributary.error.WrongInput if the file as a whole cannot be read
   * @throws IOException if the file system fails
   */
  SplitSummary survey(Store store, FileSplit piece) throws IOException;

  /**
   * Surveys the beginning of a piece.
   *
   * @param store access to the file
   * @param piece a piece of the file
   * @param most minimum number of rows to survey
   * @return columns, rows, and what cannot be used
   * @throws org.tributary.error.WrongInput if the file as a whole cannot be read
   * @throws IOException if the file system fails
   */
  default SplitSummary head(Store store, FileSplit piece, long most) throws IOException {
    return survey(store, piece);
  }

  /**
   * Cuts a surveyed file into pieces for reading.
   *
   * @param piece a piece of the survey
   * @param survey the survey of that piece
   * @return pieces in file order
   */
  default List<FileSplit> cut(FileSplit piece, SplitSummary survey) {
    return List.of(piece);
  }

  /**
   * Reads a piece's rows.
   *
   * @param store access to the file
   * @param piece a piece of the file
   * @param columns columns to read, with their types
   * @return the values in the order of the columns
   * @throws org.tributary.error.WrongInput if the file has changed since the survey
   * @throws IOException if the file system fails
   */
  Rows read(Store store, FileSplit piece, Map<String, ColumnKind> columns) throws IOException;

  /** Rows as values. The caller must close it. */
  interface Rows extends Iterator<Object[]>, Closeable {}
}
