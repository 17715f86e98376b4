package org.tributary.protocol;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Low-rank adapters (LoRA) in the merge: a layer W [out, in] computes W x + s B A x with A [r, in],
 * B [out, r] (Hu et al. 2021). The tensors have the same names as in peft.
 *
 * @param rank r of the global adapters, the largest of all clients'
 * @param alpha α, the same at every rank
 * @param rslora whether s = α/√r (Kalajdzievski 2023) instead of α/r
 * @param transposed names of the adapted weights W that are stored as [in, out]
 */
public record Adapters(int rank, double alpha, boolean rslora, Set<String> transposed) {
  /** The end of the name of an A. */
  public static final String A = ".lora_A.weight";

  /** The end of the name of a B. */
  public static final String B = ".lora_B.weight";

  /**
   * Adapters of layers whose weights are all stored as [out, in].
   *
   * @param rank see the record
   * @param alpha see the record
   * @param rslora see the record
   */
  public Adapters(int rank, double alpha, boolean rslora) {
    this(rank, alpha, rslora, Set.of());
  }

  /**
   * Whether an adapted weight is stored as [in, out].
   *
   * @param weight its name
   * @return false for most architectures
   */
  public boolean isTransposed(String weight) {
    return transposed.contains(weight);
  }

  /**
   * The factor s before B A.
   *
   * @param r the rank of B and A
   * @return α/r or α/√r
   */
  public double scaling(int r) {
    return rslora ? alpha / Math.sqrt(r) : alpha / r;
  }

  /**
   * The B that belongs to an A.
   *
   * @param a name that ends in {@link #A}
   * @return name that ends in {@link #B}
   */
  public static String partner(String a) {
    return a.substring(0, a.length() - A.length()) + B;
  }

  /**
   * The weight that an A adapts.
   *
   * @param a name that ends in {@link #A}
   * @return the name of W
   */
  public static String base(String a) {
    return a.substring(0, a.length() - A.length()) + ".weight";
  }

  /**
   * The start of an adapter: A ~ U(-1/√in, 1/√in), which equals peft's kaiming_uniform with a = √5,
   * and B = 0.
   *
   * @param a name of A
   * @param shapeA [r, in]
   * @param shapeB [out, r]
   * @param seed of the random numbers
   * @return A and B by name
   */
  public static Map<String, HostTensor> start(String a, long[] shapeA, long[] shapeB, long seed) {
    String layer = a.substring(0, a.length() - A.length());
    SplittableRandom random = new SplittableRandom(Seeds.of(seed, "lora", layer));
    double bound = 1 / Math.sqrt(shapeA[1]);
    float[] values = new float[Math.toIntExact(HostTensor.elements(shapeA))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
    float[] zeros = new float[Math.toIntExact(HostTensor.elements(shapeB))];
    Map<String, HostTensor> start = new LinkedHashMap<>();
    start.put(a, HostTensor.of(values, shapeA));
    start.put(partner(a), HostTensor.of(zeros, shapeB));
    return start;
  }

  /**
   * A tensor's shape at another rank.
   *
   * @param name of the tensor
   * @param shape at any rank
   * @param r the rank
   * @return [r, in] for an A, [out, r] for a B, the same shape for all others
   */
  public static long[] shapeAt(String name, long[] shape, int r) {
    if (name.endsWith(A)) {
      return new long[] {r, shape[1]};
    }
    return name.endsWith(B) ? new long[] {shape[0], r} : shape;
  }
}
