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
   * Whether the file must be on the disk when it is committed, so that it outlives a crash of the
   * machine.
   *
   * @return false for a file that is made again after a crash
   */
  default boolean lasts() {
    return true;
  }

  /**
   * The same content in a file that is made again after a crash of the machine, and so need not
   * wait for the disk.
   *
   * @return writes the same bytes
   */
  default FileContent forNow() {
    FileContent content = this;
    return new FileContent() {
      @Override
      public void writeTo(OutputStream out) throws IOException {
        content.writeTo(out);
      }

      @Override
      public boolean lasts() {
        return false;
      }
    };
  }

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
