package org.tributary.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Map;

/**
 * Writes a file whose tensors are not all in memory at once: first the header, then the bytes of
 * each tensor in pieces, in the order of the header.
 */
public final class SafeTensorsWriter {
  private static final int CHUNK = 1 << 20;

  private final OutputStream out;
  private final SafeTensorsHeader header;
  private final Iterator<Map.Entry<String, SafeTensorsHeader.Entry>> left;
  private String current;
  private long missing;

  /**
   * Writes the header.
   *
   * @param out left open
   * @param header describes the tensors that follow
   * @throws IOException if the stream fails
   */
  public SafeTensorsWriter(OutputStream out, SafeTensorsHeader header) throws IOException {
    this.out = out;
    this.header = header;
    this.left = header.tensors().entrySet().iterator();
    out.write(HeaderFormat.render(header));
  }

  /**
   * The header of the file.
   *
   * @return the header; tensors must be written in its order
   */
  public SafeTensorsHeader header() {
    return header;
  }

  /**
   * Writes the next piece of a tensor.
   *
   * @param name the tensor, in the header's order
   * @param bytes little-endian, from position to limit; taken without moving them
   * @throws IllegalStateException if another tensor is the next one, or there are too many bytes
   * @throws IOException if the stream fails
   */
  public void write(String name, ByteBuffer bytes) throws IOException {
    while (missing == 0 && !name.equals(current) && left.hasNext()) {
      var next = left.next();
      current = next.getKey();
      missing = next.getValue().bytes();
    }
    if (!name.equals(current) || bytes.remaining() > missing) {
      throw new IllegalStateException(
          "%d bytes of %s, but %d of %s are to come"
              .formatted(bytes.remaining(), name, missing, current));
    }
    missing -= bytes.remaining();
    ByteBuffer piece = bytes.duplicate();
    byte[] chunk = new byte[Math.min(CHUNK, piece.remaining())];
    while (piece.hasRemaining()) {
      int size = Math.min(chunk.length, piece.remaining());
      piece.get(chunk, 0, size);
      out.write(chunk, 0, size);
    }
  }

  /**
   * Checks that nothing is missing; call it last.
   *
   * @throws IllegalStateException if bytes of a tensor are missing
   */
  public void finish() {
    while (missing == 0 && left.hasNext()) {
      var next = left.next();
      current = next.getKey();
      missing = next.getValue().bytes();
    }
    if (missing > 0) {
      throw new IllegalStateException(
          "%d bytes of %s were not written".formatted(missing, current));
    }
  }
}
