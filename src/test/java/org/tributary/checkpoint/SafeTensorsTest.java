package org.tributary.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Safetensors files are read, written and refused. */
class SafeTensorsTest {
  private static final String ENTRY =
      "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

  @TempDir java.nio.file.Path disk;
  private final Store store = Store.of(new Configuration());

  @Test
  void writesTheBytesThatTheFormatAsksFor() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("w", HostTensor.of(new float[] {1, 2}, 1, 2));
    tensors.put("b", HostTensor.of(new float[] {3}));
    tensors.put("flag", new HostTensor(DType.BOOL, new long[] {1}, ByteBuffer.wrap(new byte[1])));
    SafeTensors.write(out, tensors, Map.of("format", "pt", "a", "1"));
    String json =
        "{\"__metadata__\":{\"a\":\"1\",\"format\":\"pt\"},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[4,12]},"
            + "\"flag\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[12,13]}}";
    int padded = (json.length() + 7) / 8 * 8;
    ByteBuffer expected = ByteBuffer.allocate(8 + padded + 13).order(ByteOrder.LITTLE_ENDIAN);
    expected.putLong(padded).put((json + " ".repeat(padded - json.length())).getBytes(UTF_8));
    expected.putFloat(3).putFloat(1).putFloat(2).put((byte) 0);
    assertThat(out.toByteArray()).isEqualTo(expected.array());
  }

  @Test
  void orderOfTheMapsDoesNotMatter() throws IOException {
    Map<String, HostTensor> forward = new LinkedHashMap<>();
    Map<String, HostTensor> backward = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      forward.put("t" + i, HostTensor.of(new float[] {i}, 1));
      backward.put("t" + (19 - i), HostTensor.of(new float[] {19 - i}, 1));
    }
    ByteArrayOutputStream one = new ByteArrayOutputStream();
    ByteArrayOutputStream other = new ByteArrayOutputStream();
    SafeTensors.write(one, forward, Map.of());
    SafeTensors.write(other, backward, Map.of());
    assertThat(one.toByteArray()).isEqualTo(other.toByteArray());
  }

  @Test
  void readsWholeInPartsAndMapped() throws IOException {
    Map<String, HostTensor> tensors = new TreeMap<>();
    tensors.put("big", HostTensor.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3));
    tensors.put("empty", HostTensor.of(new float[0], 0, 3));
    tensors.put("scalar", HostTensor.of(new float[] {9}));
    Path file = store.path(disk.resolve("f.safetensors").toString());
    assertThat(store.commit(file, SafeTensors.content(tensors, Map.of("k", "v")))).isTrue();

    SafeTensors all = SafeTensors.read(store, file);
    assertThat(all.tensors()).isEqualTo(tensors);
    assertThat(all.metadata()).containsExactly(Map.entry("k", "v"));
    try (SafeTensors.Reader reader = SafeTensors.open(store, file)) {
      assertThat(reader.tensor("big")).isEqualTo(tensors.get("big"));
      assertThat(reader.tensor("empty")).isEqualTo(tensors.get("empty"));
      assertThat(reader.range("big", 2, 4).asFloatBuffer().get(1)).isEqualTo(3);
      assertThat(reader.range("big", 6, 6).remaining()).isZero();
      assertThatThrownBy(() -> reader.range("big", 2, 7))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> reader.tensor("bias"))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("f.safetensors: has no tensor bias, but big, empty, scalar");
    }
    Map<String, HostTensor> mapped = SafeTensors.map(disk.resolve("f.safetensors"));
    assertThat(mapped).isEqualTo(tensors);
    assertThat(mapped.get("big").data().isReadOnly()).isTrue();
    assertThat(mapped.get("big").data().isDirect()).isTrue();
  }

  @Test
  void readsLargeTensorsInSeveralReads() throws IOException {
    float[] values = new float[5_000_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Map<String, HostTensor> tensors = Map.of("large", HostTensor.of(values, values.length));
    Path file = store.path(disk.resolve("large.safetensors").toString());
    store.commit(file, SafeTensors.content(tensors, Map.of()));
    try (SafeTensors.Reader reader = SafeTensors.open(store, file)) {
      assertThat(reader.tensor("large")).isEqualTo(tensors.get("large"));
      assertThat(reader.range("large", 4_000_001, 4_000_002).getFloat(0)).isEqualTo(4_000_001f);
    }
  }

  @Test
  void streamsPiecesInTheHeadersOrder() throws IOException {
    SafeTensorsHeader header =
        new SafeTensorsHeader.Builder()
            .tensor("b", DType.F32, 3)
            .tensor("a", DType.F32, 0)
            .tensor("c", DType.I64, 1)
            .build();
    HostTensor b = HostTensor.of(new float[] {1, 2, 3}, 3);
    ByteBuffer c = ByteBuffer.allocate(8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafeTensorsWriter writer = new SafeTensorsWriter(out, header);
    assertThatThrownBy(() -> writer.write("b", b.data())).isInstanceOf(IllegalStateException.class);
    writer.write("c", c);
    writer.write("b", b.data().slice(0, 4));
    assertThatThrownBy(writer::finish).hasMessage("8 bytes of b were not written");
    assertThatThrownBy(() -> writer.write("b", ByteBuffer.allocate(9)))
        .isInstanceOf(IllegalStateException.class);
    writer.write("b", b.data().slice(4, 8));
    writer.finish();

    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    Map<String, HostTensor> tensors =
        Map.of(
            "a",
            HostTensor.of(new float[0], 0),
            "b",
            b,
            "c",
            new HostTensor(DType.I64, new long[] {1}, c));
    SafeTensors.write(whole, tensors, Map.of());
    assertThat(out.toByteArray()).isEqualTo(whole.toByteArray());
  }

  @Test
  void refusesNamesTwiceAndTheReservedOne() {
    SafeTensorsHeader.Builder builder = new SafeTensorsHeader.Builder().tensor("a", DType.F32, 1);
    assertThatThrownBy(() -> builder.tensor("a", DType.F32, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.tensor("__metadata__", DType.F32, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                                                                    | 8 | not valid JSON",
        "[1]                                                                  | 8 | not a JSON object",
        "{#}x                                                                 | 8 | not valid JSON",
        "{#,#}                                                                | 8 | not valid JSON",
        "{'__metadata__':7,#}                                                 | 8 | __metadata__ is not a JSON object",
        "{'__metadata__':{'k':7},#}                                           | 8 | __metadata__.k is not text",
        "{'a':7}                                                              | 8 | tensor a: shape and data_offsets must be",
        "{'a':{'dtype':'F32','shape':[2]}}                                    | 8 | tensor a: shape and data_offsets must be",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}              | 8 | tensor a: shape and data_offsets must be",
        "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}}             | 8 | tensor a: shape and data_offsets must be",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}}              | 8 | tensor a: shape and data_offsets must be",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}               | 8 | F32[2] takes 8 bytes, data_offsets [8, 0] give it -8",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}               | 8 | F32[3] takes 12 bytes, data_offsets [0, 8] give it 8",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,0]}} | 0 | takes too many bytes",
        "{'a':{'dtype':'F8_E4M3','shape':[8],'data_offsets':[0,8]}}           | 8 | unknown dtype \"F8_E4M3\": save it as F32, F16 or BF16",
        "{'a':{'shape':[8],'data_offsets':[0,8]}}                             | 8 | unknown dtype",
        "{#,'b':{'dtype':'I8','shape':[2],'data_offsets':[7,9]}}              | 9 | tensor b begins at byte 7, the one before ends at 8 (they overlap)",
        "{#,'b':{'dtype':'I8','shape':[2],'data_offsets':[9,11]}}             | 11 | tensor b begins at byte 9, the one before ends at 8 (a hole)",
        "{'a':{'dtype':'I8','shape':[2],'data_offsets':[1,3]}}                | 3 | a hole",
        "{#}                                                                  | 7 | truncated: header promises 8 bytes, file has 7; copy it again",
        "{#}                                                                  | 9 | 1 unknown bytes at its end",
      })
  void refusesLyingHeaders(String header, int dataBytes, String message) throws IOException {
    String json = header.strip().replace("#", ENTRY).replace('\'', '"');
    byte[] file = file(json.getBytes(UTF_8), json.length(), dataBytes);
    refuses(file, message.strip());
  }

  @Test
  void refusesWhatIsNoSafetensorsFile() throws IOException {
    refuses(new byte[7], "has only 7 bytes");
    refuses(file(new byte[0], -1, 0), "not a safetensors file");
    refuses(file(new byte[0], 100_000_001, 0), "would mean a header of 100000001 bytes");
    refuses(file(new byte[5], 6, 0), "truncated: it promises a header of 6 bytes, 5 are there");
    refuses(file(new byte[0], 0, 0), "not a JSON object");
    refuses(
        file("{\"é\":7}".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), 7, 0), "UTF-8");
    refuses("{}".getBytes(java.nio.charset.StandardCharsets.UTF_16LE), "has only 4 bytes");
    assertThatThrownBy(() -> SafeTensors.read(store, store.path(disk + "/none")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("none: there is no such file");
    assertThatThrownBy(() -> SafeTensors.map(disk.resolve("none")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("none: there is no such file");
    assertThatThrownBy(() -> SafeTensors.read(store, store.path(disk.toString())))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("is a folder");
  }

  @Test
  void tellsAllTensorsThatAreWrong() throws IOException {
    String json =
        "{\"a\":{\"dtype\":\"F9\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"shape\":[]}}";
    refuses(file(json.getBytes(UTF_8), json.length(), 0), "tensor a: unknown dtype", "tensor b");
  }

  private void refuses(byte[] bytes, String... parts) throws IOException {
    java.nio.file.Path file = disk.resolve("lying.safetensors");
    Files.write(file, bytes);
    assertThatThrownBy(() -> SafeTensors.map(file))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("lying.safetensors: ")
        .hasMessageContainingAll(parts);
    assertThatThrownBy(() -> SafeTensors.read(store, store.path(file.toString())))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(parts);
  }

  private static byte[] file(byte[] header, long length, int dataBytes) {
    return ByteBuffer.allocate(8 + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(header)
        .array();
  }
}
