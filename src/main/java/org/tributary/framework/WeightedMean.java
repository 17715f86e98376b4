package org.tributary.framework;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;

/**
 * Σ p_k x_k, accumulated in double in the order of the contributions and rounded once, so that it
 * is the same on every machine and in chunks of every size.
 */
final class WeightedMean {
  private WeightedMean() {}

  static HostTensor of(String name, List<Contribution> contributions) {
    HostTensor first = contributions.get(0).tensors().get(name);
    double[] sum = new double[Math.toIntExact(first.elements())];
    for (Contribution contribution : contributions) {
      add(sum, contribution.weight(), contribution.tensors().get(name));
    }
    ByteBuffer mean =
        ByteBuffer.allocate(sum.length * first.dtype().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : sum) {
      switch (first.dtype()) {
        case F32 -> mean.putFloat((float) value);
        case F64 -> mean.putDouble(value);
        default -> throw unsupported(name, first);
      }
    }
    return new HostTensor(first.dtype(), first.shape(), mean.flip());
  }

  private static void add(double[] sum, double weight, HostTensor x) {
    ByteBuffer data = x.data();
    if (x.elements() != sum.length) {
      throw new IllegalArgumentException("contributions of different sizes");
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] +=
          weight
              * switch (x.dtype()) {
                case F32 -> data.getFloat(4 * i);
                case F64 -> data.getDouble(8 * i);
                default -> throw unsupported("a tensor", x);
              };
    }
  }

  private static IllegalArgumentException unsupported(String name, HostTensor x) {
    return new IllegalArgumentException(name + " has type " + x.dtype() + ", not F32 or F64");
  }
}
