package org.tributary.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.Adler32;
import java.util.zip.CRC32;

/**
 * Writes grey values as a PNG (RFC 2083). The data are stored without compression, so the bytes do
 * not depend on the version of a library. Parquet compresses them.
 */
public final class Png {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int BLOCK = 0xffff;

  private Png() {}

  /**
   * Writes an image of 8-bit grey values.
   *
   * @param values row by row
   * @param width columns
   * @param height rows
   * @return a PNG file
   */
  public static byte[] grey(byte[] values, int width, int height) {
    byte[] lines = new byte[(width + 1) * height];
    for (int y = 0; y < height; y++) {
      System.arraycopy(values, y * width, lines, y * (width + 1) + 1, width);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    byte[] kind = {8, 0, 0, 0, 0};
    chunk(out, "IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).put(kind).array());
    chunk(out, "IDAT", stored(lines));
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  /** A zlib stream of stored blocks (RFC 1950, 1951). */
  private static byte[] stored(byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x78);
    out.write(0x01);
    for (int from = 0; from < data.length; from += BLOCK) {
      int length = Math.min(BLOCK, data.length - from);
      out.write(from + length == data.length ? 1 : 0);
      out.write(length);
      out.write(length >> 8);
      out.write(~length);
      out.write(~length >> 8);
      out.write(data, from, length);
    }
    Adler32 sum = new Adler32();
    sum.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
  }
}
