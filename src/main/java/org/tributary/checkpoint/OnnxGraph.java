package org.tributary.checkpoint;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/**
 * The weights of an ONNX model and the nodes that use them.
 *
 * <p>Source: the message types ModelProto, GraphProto, NodeProto and TensorProto of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, whose field numbers are used here.
 *
 * @param initializers float32 and int64 tensors by name, in the file's order
 * @param nodes in the file's order, which is topological
 */
public record OnnxGraph(Map<String, HostTensor> initializers, List<Node> nodes) {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int LENGTH_DELIMITED = 2;

  /**
   * One operation.
   *
   * @param operator such as MatMul
   * @param inputs names of initializers, of inputs or of other nodes' outputs
   * @param outputs names
   */
  public record Node(String operator, List<String> inputs, List<String> outputs) {}

  /**
   * Reads a model.
   *
   * @param in the file's bytes
   * @param file its name, for messages
   * @return weights and nodes
   * @throws WrongInput if it is not an ONNX model, or has tensors that are neither float32 nor
   *     int64 or are stored in other files
   * @throws IOException if the stream fails
   */
  public static OnnxGraph read(InputStream in, String file) throws IOException {
    CodedInputStream coded = CodedInputStream.newInstance(in);
    // Older versions of the library stop at 64 MB.
    coded.setSizeLimit(Integer.MAX_VALUE);
    Parser parser = new Parser(coded, file);
    try {
      parser.message(field -> field == 7 && parser.nested(parser::graph));
    } catch (InvalidProtocolBufferException e) {
      throw new WrongInput(
          "%s: is not an ONNX model, or is damaged (%s)".formatted(file, e.getMessage()), e);
    }
    if (parser.initializers.isEmpty()) {
      throw new WrongInput(file + ": has no weights");
    }
    return new OnnxGraph(parser.initializers, parser.nodes);
  }

  /** Reads a field, or leaves it to be skipped. */
  private interface Field {
    boolean take(int number) throws IOException;
  }

  private interface Message {
    void read() throws IOException;
  }

  /** One pass over the file. */
  private static final class Parser {
    private final CodedInputStream in;
    private final String file;
    private final Map<String, HostTensor> initializers = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private int wireType;

    Parser(CodedInputStream in, String file) {
      this.in = in;
      this.file = file;
    }

    void message(Field field) throws IOException {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        wireType = tag & 7;
        if (!field.take(tag >>> 3)) {
          in.skipField(tag);
        }
      }
    }

    boolean nested(Message message) throws IOException {
      int outer = in.pushLimit(in.readRawVarint32());
      message.read();
      in.checkLastTagWas(0);
      // The library treats the end of the stream as the end of the message.
      if (in.getBytesUntilLimit() > 0) {
        throw new WrongInput(file + ": is not an ONNX model, or is truncated");
      }
      in.popLimit(outer);
      return true;
    }

    void graph() throws IOException {
      message(
          field ->
              switch (field) {
                case 1 -> nested(this::node);
                case 5 -> nested(this::tensor);
                default -> false;
              });
    }

    private void node() throws IOException {
      List<String> inputs = new ArrayList<>();
      List<String> outputs = new ArrayList<>();
      String[] operator = {""};
      message(
          field -> {
            switch (field) {
              case 1 -> inputs.add(in.readString());
              case 2 -> outputs.add(in.readString());
              case 4 -> operator[0] = in.readString();
              default -> {
                return false;
              }
            }
            return true;
          });
      nodes.add(new Node(operator[0], inputs, outputs));
    }

    private void tensor() throws IOException {
      TensorFields fields = new TensorFields();
      message(field -> fields.take(field, wireType, in));
      initializers.put(fields.name, fields.build(file));
    }
  }

  /** TensorProto, whose fields may come in any order. */
  private static final class TensorFields {
    private final List<Long> dims = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private String name = "";
    private int type;
    private boolean external;

    boolean take(int field, int wireType, CodedInputStream in) throws IOException {
      switch (field) {
        case 1 -> eachLong(wireType, in, dims::add);
        case 2 -> type = in.readInt32();
        // Packed floats have the same layout as raw data.
        case 4 -> data.write(in.readRawBytes(wireType == LENGTH_DELIMITED ? length(in) : 4));
        case 7 -> eachLong(wireType, in, value -> data.writeBytes(littleEndian(value)));
        case 8 -> name = in.readString();
        case 9 -> data.write(in.readRawBytes(length(in)));
        case 14 -> external = in.readEnum() != 0;
        default -> {
          return false;
        }
      }
      return true;
    }

    private static int length(CodedInputStream in) throws IOException {
      return in.readRawVarint32();
    }

    private static void eachLong(
        int wireType, CodedInputStream in, java.util.function.LongConsumer consumer)
        throws IOException {
      if (wireType != LENGTH_DELIMITED) {
        consumer.accept(in.readInt64());
        return;
      }
      int outer = in.pushLimit(in.readRawVarint32());
      while (in.getBytesUntilLimit() > 0) {
        consumer.accept(in.readInt64());
      }
      in.popLimit(outer);
    }

    private static byte[] littleEndian(long value) {
      return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    HostTensor build(String file) {
      if (external || (type != FLOAT && type != INT64)) {
        throw new WrongInput(
            "%s: tensor %s %s; only float32 inside the file can be read"
                .formatted(file, name, external ? "is in another file" : "has ONNX type " + type));
      }
      long[] shape = dims.stream().mapToLong(Long::longValue).toArray();
      try {
        return new HostTensor(
            type == FLOAT ? DType.F32 : DType.I64, shape, ByteBuffer.wrap(data.toByteArray()));
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw new WrongInput("%s: tensor %s: %s".formatted(file, name, e.getMessage()), e);
      }
    }
  }
}
