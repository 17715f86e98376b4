package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Whatever is written is read back; whatever is broken is refused with a message. */
class SafeTensorsFuzzTest {

  @Property(tries = 300)
  void whatIsWrittenComesBack(
      @ForAll("tensors") Map<String, HostTensor> tensors,
      @ForAll("texts") Map<String, String> metadata)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafeTensors.write(out, tensors, metadata);
    byte[] bytes = out.toByteArray();
    HeaderFormat.Parsed parsed = HeaderFormat.parse("f", bytes.length, source(bytes));
    assertThat(parsed.dataStart() % 8).isZero();
    assertThat(parsed.header().metadata()).isEqualTo(metadata);
    assertThat(parsed.header().tensors().keySet()).isEqualTo(tensors.keySet());
    parsed
        .header()
        .tensors()
        .forEach(
            (name, entry) -> {
              assertThat(entry.begin() % entry.dtype().bytes()).isZero();
              int begin = (int) (parsed.dataStart() + entry.begin());
              ByteBuffer data = ByteBuffer.wrap(bytes, begin, (int) entry.bytes());
              assertThat(new HostTensor(entry.dtype(), entry.shape(), data))
                  .isEqualTo(tensors.get(name));
            });
  }

  @Property(tries = 5000)
  void brokenFilesAreRefusedWithWords(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = valid(random);
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes = mutated(bytes, random);
    }
    byte[] file = bytes;
    try {
      SafeTensorsHeader header =
          HeaderFormat.parse("broken.safetensors", file.length, source(file)).header();
      // Some changes leave a valid file, such as another letter in a name.
      assertThat(header.bytes()).isLessThanOrEqualTo(file.length - 8);
      header.tensors().values().forEach(entry -> assertThat(entry.end()).isNotNegative());
    } catch (WrongInput told) {
      assertThat(told).hasMessageStartingWith("broken.safetensors: ");
    }
  }

  private static HeaderFormat.Source source(byte[] file) {
    return (position, bytes) -> {
      assertThat(position + bytes.length)
          .as("reads inside the file")
          .isLessThanOrEqualTo(file.length);
      System.arraycopy(file, (int) position, bytes, 0, bytes.length);
    };
  }

  private static byte[] valid(Random random) throws IOException {
    Map<String, HostTensor> tensors = new HashMap<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      tensors.put("layer." + i, HostTensor.of(new float[6], 2, 3));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafeTensors.write(out, tensors, Map.of("format", "pt"));
    return out.toByteArray();
  }

  private static byte[] mutated(byte[] bytes, Random random) {
    if (bytes.length < 10) {
      return bytes;
    }
    byte[] digits =
        "0123456789-[]{},:\"\\ .eE".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] changed = bytes.clone();
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(6)) {
      case 0 -> changed[at] = (byte) random.nextInt(256);
      case 1 -> changed[at] = digits[random.nextInt(digits.length)];
      case 2 -> changed[random.nextInt(8)] = (byte) random.nextInt(256);
      case 3 -> changed = Arrays.copyOf(bytes, at);
      case 4 -> changed = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(20));
      default -> {
        int size = random.nextInt(Math.min(20, bytes.length - at));
        System.arraycopy(bytes, random.nextInt(bytes.length - size), changed, at, size);
      }
    }
    return changed;
  }

  @Provide
  Arbitrary<Map<String, HostTensor>> tensors() {
    return Arbitraries.maps(text(), tensor()).ofMaxSize(8).map(LinkedHashMap::new);
  }

  @Provide
  Arbitrary<Map<String, String>> texts() {
    return Arbitraries.maps(text(), text()).ofMaxSize(4);
  }

  private static Arbitrary<String> text() {
    return Arbitraries.strings().all().ofMaxLength(12).filter(text -> !lonelySurrogate(text));
  }

  /** Such a text has no valid UTF-8 form. */
  private static boolean lonelySurrogate(String text) {
    return text.codePoints().anyMatch(point -> point >= 0xD800 && point <= 0xDFFF);
  }

  private static Arbitrary<HostTensor> tensor() {
    Arbitrary<List<Integer>> shapes = Arbitraries.integers().between(0, 5).list().ofMaxSize(3);
    return Combinators.combine(Arbitraries.of(DType.class), shapes, Arbitraries.longs())
        .as(
            (dtype, sizes, seed) -> {
              long[] shape = sizes.stream().mapToLong(Integer::longValue).toArray();
              byte[] data = new byte[(int) HostTensor.elements(shape) * dtype.bytes()];
              new Random(seed).nextBytes(data);
              return new HostTensor(dtype, shape, ByteBuffer.wrap(data));
            });
  }
}
