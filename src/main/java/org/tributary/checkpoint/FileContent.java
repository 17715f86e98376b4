package org.tributary.checkpoint;

import java.io.IOException;
import java.io.OutputStream;

/** The content of a file that is to be written. */
@FunctionalInterface
public interface FileContent {
  /**
   * Writes all bytes. The caller, the store, closes the stream.
   *
   * @param out buffered
   * @throws IOException if the bytes cannot be produced or written
   */
  void writeTo(OutputStream out) throws IOException;

  /**
   * Content in memory.
   *
   * @param bytes the whole file
   * @return writes them
   */
  static FileContent of(byte[] bytes) {
    return out -> out.write(bytes);
  }
}
