package org.tributary.torch;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Whether oneDNN multiplies the matrices of large linear layers. libtorch has two libraries for
 * products of float32 matrices: MKL, which it takes by itself, and oneDNN. On processors that are
 * not Intel's, MKL leaves out the instructions of AVX-512, and oneDNN is up to twice as fast
 * (docs/benchmarks.md).
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
   */
  public static OptionalLong least() {
    String set = System.getProperty(SETTING, "");
    if (!set.isEmpty()) {
      return set.equals("never") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(set));
    }
    boolean forced = System.getenv("ATEN_CPU_CAPABILITY") != null;
    return !forced && isFaster(Machine.vendor(), Machine.flags())
        ? OptionalLong.of(LEAST)
        : OptionalLong.empty();
  }

  /**
   * The functions with which programs multiply large matrices on this machine: {@code large} and
   * {@code product}.
   *
   * @return TorchScript
   */
  public static String text() {
    OptionalLong least = least();
    if (least.isEmpty()) {
      return ProgramText.of(OneDnn.class, "products.py");
    }
    return ProgramText.fill(
        ProgramText.of(OneDnn.class, "products_onednn.py"),
        Map.of("least", least.getAsLong(), "least_of_few", least.getAsLong() / 4));
  }

  /**
   * Whether oneDNN is the faster one.
   *
   * @param vendor of the processor, as in /proc/cpuinfo
   * @param flags of the processor
   */
  static boolean isFaster(String vendor, Set<String> flags) {
    return !vendor.isEmpty() && !vendor.equals("GenuineIntel") && flags.containsAll(AVX512);
  }
}
