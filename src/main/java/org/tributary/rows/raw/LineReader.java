package org.tributary.rows.raw;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.fs.FSDataInputStream;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * The lines of a piece of a UTF-8 file: those that begin in its range of bytes. A line ends with
 * LF, CR LF or CR.
 */
final class LineReader implements Closeable {
  /** The most bytes of a line; a longer line is not a row. */
  static final int LONGEST = 1 << 28;

  private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final String file;
  private final InputStream in;
  private final long to;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final byte[] buffer = new byte[1 << 16];
  private byte[] line = new byte[1 << 12];
  private int length;
  private int at;
  private int filled;
  private long place;
  private long number;

  private LineReader(String file, InputStream in, long place, long to) {
    this.file = file;
    this.in = in;
    this.place = place;
    this.to = to;
  }

  static LineReader open(Store store, FileSplit piece) throws IOException {
    if (piece.from() == 0) {
      return new LineReader(piece.file(), Decompression.open(store, piece.path()), 0, piece.to());
    }
    FSDataInputStream in = store.open(piece.path());
    // The line that contains the byte before this piece belongs to the previous piece.
    in.seek(piece.from() - 1);
    LineReader lines =
        new LineReader(piece.file(), new BufferedInputStream(in), piece.from() - 1, piece.to());
    lines.read(false);
    return lines;
  }

  /**
   * The next line.
   *
   * @return the line without its end; null after the piece
   * @throws WrongInput if it is not UTF-8 or too long
   */
  String next() throws IOException {
    if (place >= to) {
      return null;
    }
    boolean first = place == 0;
    if (!read(true)) {
      return null;
    }
    number++;
    int from = first && length >= 3 && Arrays.equals(line, 0, 3, MARK, 0, 3) ? 3 : 0;
    ByteBuffer bytes = ByteBuffer.wrap(line, from, length - from);
    try {
      return decoder.decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw Utf8Reader.notUtf8(file, number, bytes);
    }
  }

  /** The number of the last line in the piece, counted from 1. */
  long line() {
    return number;
  }

  String file() {
    return file;
  }

  /** Reads up to the end of a line; false if there is no line. */
  private boolean read(boolean keep) throws IOException {
    length = 0;
    boolean any = false;
    for (int b = readByte(); b >= 0; b = readByte()) {
      any = true;
      if (b == '\n') {
        return true;
      }
      if (b == '\r') {
        if (readByte() != '\n') {
          unread();
        }
        return true;
      }
      if (keep) {
        add((byte) b);
      }
    }
    return any;
  }

  private void add(byte b) {
    if (length == line.length) {
      if (length == LONGEST) {
        throw new WrongInput(
            "%s: line %d has more than %d bytes; JSON Lines hold an object a line"
                .formatted(file, number + 1, LONGEST));
      }
      line = Arrays.copyOf(line, Math.min(LONGEST, 2 * length));
    }
    line[length++] = b;
  }

  private int readByte() throws IOException {
    if (at == filled) {
      filled = Math.max(0, in.read(buffer, 0, buffer.length));
      at = 0;
      if (filled == 0) {
        // At the end of the file there is also one byte to put back.
        at = -1;
        filled = -1;
        return -1;
      }
    }
    if (filled < 0) {
      return -1;
    }
    place++;
    return buffer[at++] & 0xff;
  }

  private void unread() {
    if (filled > 0) {
      at--;
      place--;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
