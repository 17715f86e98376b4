package org.tributary.tracking;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads event files as TensorBoard does, with a CRC32C bit by bit and a reader of its own for
 * protobuf's format.
 *
 * @param scalars values by tag and step
 * @param times wall clock time in seconds by step
 * @param texts by tag
 */
public record Events(
    Map<String, TreeMap<Long, Float>> scalars, Map<Long, Double> times, Map<String, String> texts) {
  /** The event files of a folder, in the order of their names. A step that occurs twice fails. */
  public static Events in(Path folder) throws IOException {
    Events events = new Events(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        List<Map<Integer, List<Object>>> read = read(Files.readAllBytes(file));
        if (!"brain.Event:2".equals(text(read.get(0), 3))) {
          throw new AssertionError(file + " does not begin with its version");
        }
        read.forEach(events::add);
      }
    }
    return events;
  }

  private void add(Map<Integer, List<Object>> event) {
    long step = event.containsKey(2) ? (Long) event.get(2).get(0) : 0;
    for (Object summary : event.getOrDefault(5, List.of())) {
      times.put(step, Double.longBitsToDouble((Long) event.get(1).get(0)));
      for (Object field : fields(summary).get(1)) {
        Map<Integer, List<Object>> value = fields(field);
        String tag = text(value, 1);
        if (value.containsKey(2)) {
          float scalar = Float.intBitsToFloat((Integer) value.get(2).get(0));
          if (scalars.computeIfAbsent(tag, t -> new TreeMap<>()).put(step, scalar) != null) {
            throw new AssertionError(tag + " has step " + step + " twice");
          }
        } else {
          texts.put(tag, text(fields(value.get(8).get(0)), 8));
        }
      }
    }
  }

  private static String text(Map<Integer, List<Object>> message, int field) {
    return message.containsKey(field)
        ? new String((byte[]) message.get(field).get(0), StandardCharsets.UTF_8)
        : null;
  }

  /** The messages of a file of TFRecords. */
  static List<Map<Integer, List<Object>>> read(byte[] file) {
    List<Map<Integer, List<Object>>> messages = new ArrayList<>();
    ByteBuffer rest = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    while (rest.hasRemaining()) {
      byte[] length = new byte[8];
      rest.get(length);
      check(length, rest.getInt());
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      rest.get(data);
      check(data, rest.getInt());
      messages.add(fields(data));
    }
    return messages;
  }

  private static void check(byte[] data, int masked) {
    int crc = -1;
    for (byte b : data) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
      }
    }
    crc = ~crc;
    if (masked != (crc >>> 15 | crc << 17) + 0xa282ead8) {
      throw new AssertionError("a record's checksum is wrong");
    }
  }

  private static Map<Integer, List<Object>> fields(Object message) {
    Map<Integer, List<Object>> fields = new TreeMap<>();
    ByteBuffer rest = ByteBuffer.wrap((byte[]) message).order(ByteOrder.LITTLE_ENDIAN);
    while (rest.hasRemaining()) {
      long key = varint(rest);
      Object value =
          switch ((int) key & 7) {
            case 0 -> varint(rest);
            case 1 -> rest.getLong();
            case 2 -> {
              byte[] bytes = new byte[(int) varint(rest)];
              rest.get(bytes);
              yield bytes;
            }
            case 5 -> rest.getInt();
            default -> throw new AssertionError("type " + (key & 7));
          };
      fields.computeIfAbsent((int) (key >>> 3), f -> new ArrayList<>()).add(value);
    }
    return fields;
  }

  private static long varint(ByteBuffer rest) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = rest.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }
}
