package org.tributary.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A part of a file as a stream that knows its position. Reading past its end is an {@link
 * EOFException}, so that a reader need not look for the end.
 */
final class SourceStream extends InputStream {
  private static final int BUFFER = 1 << 16;

  private final HeaderFormat.Source source;
  private final long end;
  private byte[] buffer = {};
  private long bufferBegin;
  private int at;

  /**
   * A stream.
   *
   * @param source the file
   * @param begin the first byte
   * @param end one past the last byte
   */
  SourceStream(HeaderFormat.Source source, long begin, long end) {
    this.source = source;
    this.end = end;
    bufferBegin = begin;
  }

  /** The position of the next byte in the file. */
  long position() {
    return bufferBegin + at;
  }

  @Override
  public int read() throws IOException {
    require();
    return buffer[at++] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    require();
    int size = Math.min(count, buffer.length - at);
    System.arraycopy(buffer, at, into, offset, size);
    at += size;
    return size;
  }

  /** Makes sure that the buffer has a byte. */
  private void require() throws IOException {
    if (at < buffer.length) {
      return;
    }
    long from = position();
    if (from >= end) {
      throw new EOFException("the file ends at byte " + from);
    }
    buffer = new byte[(int) Math.min(BUFFER, end - from)];
    bufferBegin = from;
    at = 0;
    source.read(from, buffer);
  }
}
