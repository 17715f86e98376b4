package org.tributary.framework;

import java.util.List;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;

/**
 * Σ p_k x_k, accumulated in double in the order of the contributions and rounded once. So the
 * result is the same on every machine and for every size of chunks.
 */
public final class WeightedMean {
  private WeightedMean() {}

  /**
   * The mean of one tensor.
   *
   * @param name of the tensor
   * @param contributions one or more, each with its weight
   * @return of the type and shape that the contributions have
   */
  public static HostTensor of(String name, List<Contribution> contributions) {
    HostTensor first = contributions.get(0).tensors().get(name);
    return Elements.tensor(sum(name, contributions), first.dtype(), first.shape());
  }

  /**
   * The sum before it is rounded.
   *
   * @param name of the tensor
   * @param contributions one or more, each with its weight
   * @return row-major
   */
  public static double[] sum(String name, List<Contribution> contributions) {
    HostTensor first = contributions.get(0).tensors().get(name);
    double[] sum = new double[Math.toIntExact(first.elements())];
    for (Contribution contribution : contributions) {
      Elements.checkSize(sum, contribution.tensors().get(name));
    }
    float[] block = new float[Elements.BLOCK];
    for (int from = 0; from < sum.length; from += Elements.BLOCK) {
      int to = Math.min(sum.length, from + Elements.BLOCK);
      for (Contribution c : contributions) {
        Elements.add(sum, from, to, c.weight(), c.tensors().get(name), block);
      }
    }
    return sum;
  }
}
