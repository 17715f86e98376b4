package org.tributary.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Seeds;
import org.tributary.torch.Casts;
import org.tributary.torch.Torch;

/**
 * Copies weights from host memory into the engine, in the model's precision, and back. Copies are
 * avoided if possible: a CPU uses a mapped file directly if it has that precision.
 */
final class WeightTransfer implements AutoCloseable {
  private final Precision precision;
  private final Casts casts;

  WeightTransfer(Device device, Precision precision) {
    this.precision = precision;
    casts = new Casts(device);
  }

  /** A weight that does not change: without a copy if memory, type and device allow it. */
  NDArray show(NDManager owner, HostTensor w) {
    boolean mapped = w.data().isDirect() && !owner.getDevice().isGpu();
    return mapped && w.dtype() != DType.BF16
        ? inPrecision(owner, Torch.view(owner, w.data(), dataType(w), w.shape()), w.dtype())
        : copy(owner, w);
  }

  /** A weight with its own memory. */
  NDArray copy(NDManager owner, HostTensor value) {
    // Converted to the narrower type on the host, so that the engine gets no more bytes than it
    // keeps.
    HostTensor given =
        value.dtype().isFloating() && value.dtype().bytes() > precision.host().bytes()
            ? value.to(precision.host())
            : value;
    NDArray array =
        given.dtype() == DType.BF16
            ? casts.bfloat16(owner, given.data(), given.shape())
            : Torch.copy(owner, given.data(), dataType(given), given.shape());
    return inPrecision(owner, array, given.dtype());
  }

  /** Like {@link #copy}, with stochastic rounding to bfloat16. */
  NDArray copy(NDManager owner, String name, HostTensor value, long seed) {
    return copy(
        owner,
        precision == Precision.BFLOAT16 ? value.toBf16(Seeds.of(seed, "start", name)) : value);
  }

  /** An array's numbers in float32, in the host's memory. */
  HostTensor host(NDManager owner, NDArray array) {
    if (array.getDataType() == DataType.FLOAT32) {
      return new HostTensor(DType.F32, array.getShape().getShape(), Torch.bytes(array));
    }
    try (NDManager scratch = owner.newSubManager()) {
      NDArray wide = casts.to(scratch, array, DataType.FLOAT32);
      return new HostTensor(DType.F32, array.getShape().getShape(), Torch.bytes(wide));
    }
  }

  private NDArray inPrecision(NDManager owner, NDArray array, DType type) {
    if (!type.isFloating() || type == precision.host()) {
      return array;
    }
    try (array) {
      return casts.to(owner, array, precision.type());
    }
  }

  private static DataType dataType(HostTensor w) {
    return switch (w.dtype()) {
      case F32 -> DataType.FLOAT32;
      case F16 -> DataType.FLOAT16;
      case I64 -> DataType.INT64;
      default -> throw new IllegalArgumentException("a weight of type " + w.dtype());
    };
  }

  /** Whether a float32 value is kept without rounding. */
  boolean isExact() {
    return precision == Precision.FLOAT32;
  }

  @Override
  public void close() {
    casts.close();
  }
}
