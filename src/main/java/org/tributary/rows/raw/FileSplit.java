package org.tributary.rows.raw;

import java.io.Serializable;
import org.apache.hadoop.fs.Path;

/**
 * What one task reads of a raw file: of JSON lines the lines that begin at its bytes, of Parquet
 * rows, of all else the whole.
 *
 * @param file its path
 * @param from first byte or row
 * @param to behind the last; {@link #END} for the file's end
 */
public record FileSplit(String file, long from, long to) implements Serializable {
  /** The end of a file, wherever it is. */
  public static final long END = Long.MAX_VALUE;

  /** A whole file. */
  static FileSplit whole(Path file) {
    return new FileSplit(file.toString(), 0, END);
  }

  Path path() {
    return new Path(file);
  }
}
