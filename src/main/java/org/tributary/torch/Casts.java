package org.tributary.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;

/**
 * From one floating-point type to another, inside a program: the engine's own cast to bfloat16
 * aborts the process. The engine's Java side calls the type of a bfloat16 array unknown, so who
 * casts must know it otherwise.
 */
public final class Casts implements AutoCloseable {
  /** The numbers by which libtorch knows the types. */
  private static final Map<DataType, Long> NUMBERS =
      Map.of(
          DataType.FLOAT16, 5L, DataType.FLOAT32, 6L, DataType.FLOAT64, 7L, DataType.BFLOAT16, 15L);

  private final Program program;

  /**
   * Loads the program.
   *
   * @param device where arrays live
   */
  public Casts(Device device) {
    program = Program.load(Text.of(Casts.class, "casts.py"), device);
  }

  /**
   * The same numbers in another type, rounded to the nearest where it holds fewer.
   *
   * @param owner of the result
   * @param x floating-point
   * @param type float16, float32, float64 or bfloat16
   * @return a new array, which may share its memory with x where the type is the same
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
   * Bytes as numbers of a type: the engine's Java side makes no arrays of 16-bit numbers (it aborts
   * the process).
   *
   * @param owner of the result
   * @param bytes of type int8, [n]
   * @param type floating-point
   * @param shape sizes
   * @return a copy
   */
  public NDArray numbers(NDManager owner, NDArray bytes, DataType type, long... shape) {
    try (NDArray number = owner.create(NUMBERS.get(type));
        NDArray flat = program.infer(owner, "numbers", List.of(bytes, number)).get("x")) {
      NDArray shaped = flat.reshape(new Shape(shape));
      shaped.attach(owner);
      return shaped;
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
