package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** ONNX messages in each form that the format allows. */
class OnnxGraphTest {
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] model(byte[]... tensors) throws IOException {
    byte[] node =
        message(
            out -> {
              out.writeString(1, "x");
              out.writeString(1, "raw");
              out.writeString(2, "y");
              out.writeString(3, "/layer/MatMul");
              out.writeString(4, "MatMul");
            });
    byte[] graph =
        message(
            out -> {
              for (byte[] tensor : tensors) {
                out.writeByteArray(5, tensor);
              }
              out.writeByteArray(1, node);
              out.writeString(2, "main_graph");
            });
    return message(
        out -> {
          out.writeInt64(1, 8);
          out.writeByteArray(7, graph);
          out.writeString(2, "pytorch");
        });
  }

  private static byte[] raw() throws IOException {
    ByteBuffer floats = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    floats.putFloat(1.5f).putFloat(-2);
    return message(
        out -> {
          // Data before type and shape: fields may come in any order.
          out.writeByteArray(9, floats.array());
          out.writeInt64(1, 2);
          out.writeInt64(1, 1);
          out.writeInt32(2, 1);
          out.writeString(8, "raw");
        });
  }

  private static OnnxGraph read(byte[] bytes) throws IOException {
    return OnnxGraph.read(new ByteArrayInputStream(bytes), "m.onnx");
  }

  @Test
  void readsEveryFormOfTensors() throws IOException {
    byte[] packed =
        message(
            out -> {
              out.writeByteArray(1, new byte[] {2});
              out.writeInt32(2, 1);
              out.writeByteArray(4, Arrays.copyOfRange(raw(), 2, 10));
              out.writeString(8, "packed");
            });
    byte[] single =
        message(
            out -> {
              out.writeInt64(1, 2);
              out.writeInt32(2, 1);
              out.writeFloat(4, 1.5f);
              out.writeFloat(4, -2);
              out.writeString(8, "single");
            });
    byte[] longs =
        message(
            out -> {
              out.writeInt64(1, 3);
              out.writeInt32(2, 7);
              out.writeByteArray(7, new byte[] {1, (byte) 0x80, 1});
              out.writeInt64(7, -1);
              out.writeString(8, "longs");
            });
    OnnxGraph graph = read(model(raw(), packed, single, longs));
    float[] values = {1.5f, -2};
    ByteBuffer three = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    three.putLong(1).putLong(128).putLong(-1).flip();
    assertThat(graph.initializers())
        .isEqualTo(
            Map.of(
                "raw", HostTensor.of(values, 2, 1),
                "packed", HostTensor.of(values, 2),
                "single", HostTensor.of(values, 2),
                "longs", new HostTensor(DType.I64, new long[] {3}, three)));
    assertThat(graph.nodes())
        .containsExactly(new OnnxGraph.Node("MatMul", List.of("x", "raw"), List.of("y")));
  }

  @Test
  void refusesWhatItCannotRead() throws IOException {
    byte[] half =
        message(
            out -> {
              out.writeInt32(2, 10);
              out.writeString(8, "half");
            });
    byte[] outside =
        message(
            out -> {
              out.writeInt32(2, 1);
              out.writeString(8, "outside");
              out.writeEnum(14, 1);
            });
    byte[] tooShort =
        message(
            out -> {
              out.writeInt64(1, 5);
              out.writeInt32(2, 1);
              out.writeString(8, "tooShort");
            });
    refuses(model(half), "m.onnx: tensor half has ONNX type 10; only float32");
    refuses(model(outside), "tensor outside is in another file");
    refuses(model(tooShort), "tensor tooShort: shape [5] of F32 takes 20 bytes, got 0");
    refuses(new byte[0], "has no weights");
    byte[] valid = model(raw());
    for (int length = 3; length < valid.length - 9; length++) {
      refuses(Arrays.copyOf(valid, length), "m.onnx: ");
    }
  }

  @Test
  void brokenFilesAreRefusedWithWords() throws IOException {
    byte[] valid = model(raw(), raw());
    Random random = new Random(7);
    for (int i = 0; i < 5_000; i++) {
      byte[] broken = valid.clone();
      for (int change = random.nextInt(3); change >= 0; change--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(read(broken).initializers()).isNotEmpty();
      } catch (WrongInput told) {
        assertThat(told).hasMessageStartingWith("m.onnx: ");
      }
    }
  }

  private static void refuses(byte[] bytes, String part) {
    assertThatThrownBy(() -> read(bytes)).isInstanceOf(WrongInput.class).hasMessageContaining(part);
  }
}
