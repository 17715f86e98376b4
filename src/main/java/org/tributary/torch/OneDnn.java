package org.tributary.torch;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.tributary.error.WrongInput;

/**
 * Whether oneDNN multiplies the matrices of large linear layers. libtorch has two libraries for
 * products of float32 matrices: MKL, which it takes by itself, and oneDNN. On AMD's processors MKL
 * leaves out the instructions of AVX-512, and oneDNN is about twice as fast (docs/benchmarks.md).
 */
public final class OneDnn {
  /**
   * The system property that decides in place of the processor: {@code never}, or the number of
   * multiplications from which oneDNN computes a product. Bits depend on it.
   */
  public static final String SETTING = "tributary.onednn";

  /**
   * The least multiplications of a product. oneDNN compiles a kernel for each size that it sees
   * first, in about a millisecond, and a batch has another number of tokens each time.
   */
  private static final long LEAST = 1L << 24;

  /** The flags of processors for which libtorch takes its kernels with AVX-512. */
  static final List<String> AVX512 = List.of("avx512f", "avx512vl", "avx512bw", "avx512dq", "fma");

  private OneDnn() {}

  /**
   * From how many multiplications on oneDNN computes a product.
   *
   * @return their number; empty if it computes none
   * @throws WrongInput if the property has another value
   */
  public static OptionalLong least() {
    boolean forced = System.getenv("ATEN_CPU_CAPABILITY") != null;
    return LeastProduct.of(
        SETTING,
        !forced && isFaster(Machine.vendor(), Machine.flags())
            ? OptionalLong.of(LEAST)
            : OptionalLong.empty());
  }

  /**
   * Whether oneDNN is the faster one.
   *
   * @param vendor of the processor, as in /proc/cpuinfo
   * @param flags of the processor
   */
  static boolean isFaster(String vendor, Set<String> flags) {
    return vendor.equals("AuthenticAMD") && flags.containsAll(AVX512);
  }
}
