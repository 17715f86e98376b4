package org.tributary.rows.raw;

import java.io.Serializable;
import org.apache.hadoop.fs.Path;

/**
 * The piece of a raw file that one task reads. In JSON lines these are the lines that begin in a
 * range of bytes, in Parquet a range of rows, in other formats the whole file.
 *
 * @param file its path
 * @param from first byte or row
 * @param to one past the last; {@link #END} for the end of the file
 */
public record FileSplit(String file, long from, long to) implements Serializable {
  /** The end of a file, whatever its length is. */
  public static final long END = Long.MAX_VALUE;

  /** A whole file. */
  static FileSplit whole(Path file) {
    return new FileSplit(file.toString(), 0, END);
  }

  Path path() {
    return new Path(file);
  }
}
