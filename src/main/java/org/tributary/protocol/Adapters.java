package org.tributary.protocol;

/**
 * Low-rank adapters as the merge sees them: a layer W [out, in] computes W x + s B A x with A [r,
 * in], B [out, r] (Hu et al. 2021). Their tensors are named as in peft.
 *
 * @param rank r of the global adapters, the largest of all clients'
 * @param alpha α, the same at every rank
 * @param rslora whether s = α/√r (Kalajdzievski 2023) and not α/r
 */
public record Adapters(int rank, double alpha, boolean rslora) {
  /** Ends the name of A. */
  public static final String A = ".lora_A.weight";

  /** Ends the name of B. */
  public static final String B = ".lora_B.weight";

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
