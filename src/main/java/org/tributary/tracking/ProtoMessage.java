package org.tributary.tracking;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A message in protobuf's wire format, field by field: each field is a varint {@code number << 3 |
 * type}, then its value. TensorBoard's messages need only four types of fields. The protobuf
 * library is not used, because Spark's distributions have one of 2013 on their class path.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the format</a>
 */
final class ProtoMessage {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** A field of type int64 or of an enumeration; not for negative values. */
  ProtoMessage number(int field, long value) {
    varint((long) field << 3 | VARINT);
    varint(value);
    return this;
  }

  /** A field of type double. */
  ProtoMessage real(int field, double value) {
    varint((long) field << 3 | FIXED64);
    bytes.writeBytes(little(Double.BYTES).putDouble(value).array());
    return this;
  }

  /** A field of type float. */
  ProtoMessage single(int field, float value) {
    varint((long) field << 3 | FIXED32);
    bytes.writeBytes(little(Float.BYTES).putFloat(value).array());
    return this;
  }

  /** A field of type string, or of type bytes with a text in UTF-8. */
  ProtoMessage text(int field, String value) {
    return block(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** A field that is a message. */
  ProtoMessage message(int field, ProtoMessage value) {
    return block(field, value.toBytes());
  }

  /** The message. */
  byte[] toBytes() {
    return bytes.toByteArray();
  }

  private ProtoMessage block(int field, byte[] value) {
    varint((long) field << 3 | BYTES);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
  private void varint(long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      bytes.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
