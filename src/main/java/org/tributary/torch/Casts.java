package org.tributary.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * Converts from one floating-point type to another inside a program, because the engine's own cast
 * to bfloat16 aborts the process. The Java side of the engine reports the type of a bfloat16 array
 * as unknown, so the caller must know the type.
 */
public final class Casts implements AutoCloseable {
  /** The numbers of the types in libtorch. */
  private static final Map<DataType, Long> NUMBERS =
      Map.of(
          DataType.FLOAT16, 5L, DataType.FLOAT32, 6L, DataType.FLOAT64, 7L, DataType.BFLOAT16, 15L);

  /** Bytes copied at a time. */
  private static final int PIECE = 1 << 24;

  private final Program program;

  /**
   * Loads the program.
   *
   * @param device where arrays live
   */
  public Casts(Device device) {
    program = Program.load(ProgramText.of(Casts.class, "casts.py"), device);
  }

  /**
   * The same numbers in another type, rounded to nearest if that type has fewer bits.
   *
   * @param owner of the result
   * @param x floating-point
   * @param type float16, float32, float64 or bfloat16
   * @return a new array, which may share its memory with x if the type is the same
   */
  public NDArray to(NDManager owner, NDArray x, DataType type) {
    String name = x.getName();
    x.setName(null);
    try (NDArray number = owner.create(NUMBERS.get(type))) {
      return program.call(owner, "cast", List.of(x, number)).get("x");
    } finally {
      x.setName(name);
    }
  }

  /**
   * Copies bfloat16 bytes into a new array. The engine cannot make such an array from bytes and
   * aborts, so the bytes are copied as float16 and reinterpreted in a program.
   *
   * @param owner of the result
   * @param bytes little-endian, row-major; may be a read-only map of a file
   * @param shape sizes
   * @return the array, with its own memory
   */
  public NDArray bfloat16(NDManager owner, ByteBuffer bytes, long... shape) {
    try (NDManager scratch = owner.newSubManager()) {
      if (bytes.isDirect()) {
        NDArray whole = Torch.view(scratch, bytes, DataType.FLOAT16, shape);
        return program.call(owner, "bfloat16", List.of(whole)).get("x");
      }
      NDArray empty = scratch.zeros(new Shape(shape), DataType.FLOAT16);
      NDArray filled = program.call(owner, "bfloat16", List.of(empty)).get("x");
      // One buffer for all pieces, because buffers outside the heap are freed only by garbage
      // collection.
      ByteBuffer buffer =
          ByteBuffer.allocateDirect(Math.min(PIECE, bytes.remaining()))
              .order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer rest = bytes.duplicate();
      for (long first = 0; rest.hasRemaining(); first += buffer.limit() / 2) {
        int length = Math.min(buffer.capacity(), rest.remaining());
        buffer.clear().put(rest.slice(rest.position(), length)).flip();
        rest.position(rest.position() + length);
        try (NDManager piece = scratch.newSubManager()) {
          NDArray view = Torch.view(piece, buffer, DataType.FLOAT16, length / 2);
          program.call(piece, "fill", List.of(filled, view, piece.create(first)));
        }
      }
      return filled;
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
