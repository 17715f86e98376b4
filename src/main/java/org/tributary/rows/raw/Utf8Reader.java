package org.tributary.rows.raw;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.tributary.error.WrongInput;

/**
 * Reads the characters of UTF-8 text, without a byte order mark. Bytes of another encoding are
 * refused with their line. Java's decoder would silently replace them by U+FFFD.
 */
final class Utf8Reader extends Reader {
  private static final int CHUNK = 1 << 16;

  private final String file;
  private final InputStream in;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final ByteBuffer bytes = ByteBuffer.allocate(CHUNK).limit(0);
  private final CharBuffer chars = CharBuffer.allocate(CHUNK).limit(0);
  private long line = 1;
  private boolean begun;
  private boolean ended;

  Utf8Reader(String file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  @Override
  public int read(char[] into, int from, int length) throws IOException {
    while (!chars.hasRemaining()) {
      if (ended) {
        return -1;
      }
      fill();
    }
    int count = Math.min(length, chars.remaining());
    chars.get(into, from, count);
    return count;
  }

  private void fill() throws IOException {
    bytes.compact();
    int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
    ended = read < 0;
    bytes.position(bytes.position() + Math.max(read, 0)).flip();
    CoderResult result = decoder.decode(bytes, chars.clear(), ended);
    for (int i = 0; i < bytes.position(); i++) {
      line += bytes.get(i) == '\n' ? 1 : 0;
    }
    if (result.isError()) {
      throw notUtf8(file, line, bytes);
    }
    chars.flip();
    if (!begun && chars.hasRemaining()) {
      begun = true;
      if (chars.get(chars.position()) == '\ufeff') {
        chars.get();
      }
    }
  }

  /**
   * The message for bytes of another encoding.
   *
   * @param file the file with these bytes
   * @param line counted from 1
   * @param bytes the bytes from the first wrong one
   */
  static WrongInput notUtf8(String file, long line, ByteBuffer bytes) {
    int at = bytes.position();
    boolean utf16 =
        line == 1
            && bytes.remaining() > 1
            && at == 0
            && (bytes.getShort(0) == (short) 0xfffe || bytes.getShort(0) == (short) 0xfeff);
    if (!utf16 && isBinary(bytes)) {
      return new WrongInput(
          "%s: line %d is not text (byte 0x%02x, and a byte 0 near it); write it as CSV, JSON lines or Parquet"
              .formatted(file, line, bytes.get(at)));
    }
    return new WrongInput(
        "%s: line %d is not UTF-8 (byte 0x%02x); write it again as UTF-8, such as with iconv -f %s -t utf-8 (or from its own encoding)"
            .formatted(file, line, bytes.get(at), utf16 ? "utf-16" : "windows-1252"));
  }

  /** Whether there is a zero byte. Text in a single-byte encoding has none. */
  private static boolean isBinary(ByteBuffer bytes) {
    for (int i = 0; i < bytes.limit(); i++) {
      if (bytes.get(i) == 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
