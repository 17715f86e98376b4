package org.tributary.tracking;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A TensorBoard event file in memory: {@code Event} messages as TFRecords. A record is the length n
 * (8 bytes), the masked CRC32C of these 8 bytes (4 bytes), n bytes of data, and their masked CRC32C
 * (4 bytes), all little-endian; masked(c) = ((c &gt;&gt;&gt; 15) | (c &lt;&lt; 17)) + 0xa282ead8
 * mod 2^32.
 *
 * @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord">TFRecord</a> and {@code
 *     event.proto}, {@code summary.proto} and {@code tensor.proto} of TensorBoard
 */
final class EventFile {
  private static final int MASK = 0xa282ead8;
  private static final String VERSION = "brain.Event:2";
  private static final int STRING_TENSOR = 7;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final double seconds;

  /**
   * A file that has only its version.
   *
   * @param millis the wall clock time of all its events, in milliseconds since 1970
   */
  EventFile(long millis) {
    seconds = millis / 1e3;
    record(new ProtoMessage().real(1, seconds).text(3, VERSION));
  }

  /**
   * Adds one event with scalars. TensorBoard has 32 bits for each.
   *
   * @param step on the horizontal axis
   * @param scalars by tag
   */
  void scalars(long step, Map<String, Double> scalars) {
    ProtoMessage summary = new ProtoMessage();
    scalars.forEach(
        (tag, value) ->
            summary.message(1, new ProtoMessage().text(1, tag).single(2, value.floatValue())));
    record(new ProtoMessage().real(1, seconds).number(2, step).message(5, summary));
  }

  /**
   * Adds one event with a text, for TensorBoard's page of texts.
   *
   * @param tag its name
   * @param markdown the text
   */
  void text(String tag, String markdown) {
    ProtoMessage plugin = new ProtoMessage().text(1, "text");
    ProtoMessage shape = new ProtoMessage().message(2, new ProtoMessage().number(1, 1));
    ProtoMessage tensor =
        new ProtoMessage().number(1, STRING_TENSOR).message(2, shape).text(8, markdown);
    ProtoMessage value =
        new ProtoMessage()
            .text(1, tag)
            .message(8, tensor)
            .message(9, new ProtoMessage().message(1, plugin));
    record(new ProtoMessage().real(1, seconds).message(5, new ProtoMessage().message(1, value)));
  }

  /** The file. */
  byte[] toBytes() {
    return bytes.toByteArray();
  }

  private void record(ProtoMessage event) {
    byte[] data = event.toBytes();
    byte[] length = little(Long.BYTES).putLong(data.length).array();
    bytes.writeBytes(length);
    bytes.writeBytes(masked(length));
    bytes.writeBytes(data);
    bytes.writeBytes(masked(data));
  }

  private static byte[] masked(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return little(Integer.BYTES)
        .putInt(Integer.rotateRight((int) crc.getValue(), 15) + MASK)
        .array();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
