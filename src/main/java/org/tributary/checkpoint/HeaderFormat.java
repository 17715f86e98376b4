package org.tributary.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Reads, checks and writes the bytes of a safetensors header. */
final class HeaderFormat {
  static final String METADATA = "__metadata__";
  private static final long MAX_HEADER = 100_000_000;

  private final String file;
  private final List<String> problems = new ArrayList<>();

  private HeaderFormat(String file) {
    this.file = file;
  }

  /** Reads a number of bytes at a position. */
  interface Source {
    void read(long position, byte[] bytes) throws IOException;
  }

  /**
   * A valid header.
   *
   * @param header the header
   * @param dataStart the position of the first byte after it
   * @param strides of tensors whose elements do not follow each other, in elements, by name
   */
  record Parsed(SafeTensorsHeader header, long dataStart, Map<String, long[]> strides) {}

  /**
   * Reads and checks a header; of a file of torch.save what stands for it.
   *
   * @param file its name
   * @param length length of the file, in bytes
   * @param source the file
   * @throws WrongInput if the header is not valid
   */
  static Parsed parse(String file, long length, Source source) throws IOException {
    return TorchFile.is(file)
        ? TorchFile.parse(file, length, source)
        : new HeaderFormat(file).parse(length, source);
  }

  private Parsed parse(long length, Source source) throws IOException {
    if (length < 8) {
      throw wrong(
          "has only %d bytes, so it is not a safetensors file: copy it again".formatted(length));
    }
    byte[] prefix = new byte[8];
    source.read(0, prefix);
    long size = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (size < 0 || size > MAX_HEADER) {
      byte[] head = new byte[(int) Math.min(length, LfsPointer.HEAD)];
      source.read(0, head);
      LfsPointer.refuse(file, head);
      throw wrong(
          "is not a safetensors file (its first bytes would mean a header of %s bytes): download it again, or convert it to safetensors"
              .formatted(Long.toUnsignedString(size)));
    }
    if (size > length - 8) {
      throw wrong(
          "truncated: it promises a header of %d bytes, %d are there; copy it again"
              .formatted(size, length - 8));
    }
    byte[] json = new byte[(int) size];
    source.read(8, json);
    SafeTensorsHeader header = header(json(json));
    checkLength(header.bytes(), length - 8 - size);
    return new Parsed(header, 8 + size, Map.of());
  }

  private JsonNode json(byte[] bytes) {
    JsonNode root;
    try {
      // Jackson would also detect UTF-16 and UTF-32, but safetensors allows only UTF-8.
      root =
          Json.strict(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (JsonProcessingException e) {
      throw wrong(
          "its header is not valid JSON: %s; copy it again".formatted(e.getOriginalMessage()));
    } catch (CharacterCodingException e) {
      throw wrong(
          "its header is not UTF-8: it is not a safetensors file, or it is damaged; copy it again");
    }
    if (!root.isObject()) {
      throw wrong(
          "its header is not a JSON object: it is not a safetensors file, or it is damaged; copy it again");
    }
    return root;
  }

  private SafeTensorsHeader header(JsonNode root) {
    Map<String, SafeTensorsHeader.Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new TreeMap<>();
    root.fields()
        .forEachRemaining(
            field -> {
              if (field.getKey().equals(METADATA)) {
                metadata(field.getValue(), metadata);
              } else {
                SafeTensorsHeader.Entry entry = entry(field.getKey(), field.getValue());
                if (entry != null) {
                  entries.put(field.getKey(), entry);
                }
              }
            });
    failOnProblems();
    Map<String, SafeTensorsHeader.Entry> ordered = new LinkedHashMap<>();
    entries.entrySet().stream()
        .sorted(
            Map.Entry.comparingByValue(
                Comparator.comparingLong(SafeTensorsHeader.Entry::begin)
                    .thenComparingLong(SafeTensorsHeader.Entry::end)))
        .forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
    checkContiguous(ordered);
    failOnProblems();
    return new SafeTensorsHeader(ordered, metadata);
  }

  private void metadata(JsonNode node, Map<String, String> metadata) {
    if (!node.isObject()) {
      problems.add(METADATA + " is not a JSON object: copy or write the file again");
      return;
    }
    node.fields()
        .forEachRemaining(
            text -> {
              if (text.getValue().isTextual()) {
                metadata.put(text.getKey(), text.getValue().textValue());
              } else {
                problems.add(
                    "%s.%s is not text: copy or write the file again"
                        .formatted(METADATA, text.getKey()));
              }
            });
  }

  private SafeTensorsHeader.Entry entry(String name, JsonNode node) {
    long[] shape = longs(node.path("shape"));
    long[] offsets = longs(node.path("data_offsets"));
    if (shape == null || offsets == null || offsets.length != 2) {
      problems.add(
          "tensor %s: shape and data_offsets must be arrays of whole numbers from 0: copy or write the file again"
              .formatted(name));
      return null;
    }
    DType dtype = dtype(node.path("dtype").asText());
    if (dtype == null) {
      problems.add(
          "tensor %s: unknown dtype %s: save it as F32, F16 or BF16, ids as I64"
              .formatted(name, node.has("dtype") ? node.get("dtype") : "(none)"));
      return null;
    }
    long bytes = bytes(dtype, shape);
    if (offsets[1] < offsets[0] || bytes != offsets[1] - offsets[0]) {
      problems.add(
          "tensor %s: %s%s takes %s bytes, data_offsets %s give it %d: copy or write the file again"
              .formatted(
                  name,
                  dtype,
                  Arrays.toString(shape),
                  bytes < 0 ? "too many" : Long.toString(bytes),
                  Arrays.toString(offsets),
                  offsets[1] - offsets[0]));
      return null;
    }
    return new SafeTensorsHeader.Entry(dtype, shape, offsets[0], offsets[1]);
  }

  private static long[] longs(JsonNode node) {
    if (!node.isArray()) {
      return null;
    }
    long[] values = new long[node.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = node.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        return null;
      }
      values[i] = value.longValue();
    }
    return values;
  }

  private static DType dtype(String name) {
    return Arrays.stream(DType.values())
        .filter(dtype -> dtype.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static long bytes(DType dtype, long[] shape) {
    try {
      return Math.multiplyExact(HostTensor.elements(shape), dtype.bytes());
    } catch (ArithmeticException overflow) {
      return -1;
    }
  }

  private void checkContiguous(Map<String, SafeTensorsHeader.Entry> ordered) {
    long at = 0;
    for (var tensor : ordered.entrySet()) {
      long begin = tensor.getValue().begin();
      if (begin != at) {
        problems.add(
            "tensor %s begins at byte %d, the one before ends at %d (%s): copy or write the file again"
                .formatted(tensor.getKey(), begin, at, begin < at ? "they overlap" : "a hole"));
      }
      at = Math.max(at, tensor.getValue().end());
    }
  }

  private void checkLength(long promised, long there) {
    if (there < promised) {
      throw wrong(
          "truncated: header promises %d bytes, file has %d; copy it again"
              .formatted(promised, there));
    }
    if (there > promised) {
      throw wrong(
          "header promises %d bytes, file has %d: %d unknown bytes at its end; copy it again"
              .formatted(promised, there, there - promised));
    }
  }

  private void failOnProblems() {
    if (problems.size() == 1) {
      throw wrong(problems.get(0));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.some(file + ": its header cannot be right:", problems);
    }
  }

  private WrongInput wrong(String problem) {
    return new WrongInput(file + ": " + problem);
  }

  /** The first few of many names, for messages. */
  static String some(Collection<String> names) {
    String first = String.join(", ", names.stream().limit(5).toList());
    return names.size() > 5 ? "%s and %d more".formatted(first, names.size() - 5) : first;
  }

  /**
   * The header's bytes, preceded by their length and padded so that the data is aligned to 8 bytes.
   */
  static byte[] render(SafeTensorsHeader header) throws IOException {
    ObjectNode root = Json.object();
    if (!header.metadata().isEmpty()) {
      ObjectNode metadata = root.putObject(METADATA);
      header.metadata().forEach(metadata::put);
    }
    header
        .tensors()
        .forEach(
            (name, entry) -> {
              ObjectNode tensor = root.putObject(name).put("dtype", entry.dtype().name());
              ArrayNode shape = tensor.putArray("shape");
              Arrays.stream(entry.shape()).forEach(shape::add);
              tensor.putArray("data_offsets").add(entry.begin()).add(entry.end());
            });
    byte[] json = Json.bytes(root);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer bytes = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(padded).put(json);
    while (bytes.hasRemaining()) {
      bytes.put((byte) ' ');
    }
    return bytes.array();
  }
}
