package org.tributary.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Facts about the machine: its vector instructions and the memory in use. */
public final class Machine {
  /** The value of {@link #bfloat16} for a processor without such instructions. */
  public static final String NONE = "none";

  private Machine() {}

  /**
   * The capability for which libtorch chooses its kernels on this machine, by the same rules, and
   * the library of large products. Kernels of another capability or library add in another order,
   * so bits are comparable only for equal ones.
   *
   * @return {@code AVX512}, {@code AVX2}, {@code DEFAULT}, or what ATEN_CPU_CAPABILITY says; on
   *     other processors than x86 the architecture's name; with {@code , oneDNN} after it if {@link
   *     OneDnn} computes large products
   */
  public static String cpuCapability() {
    return kernels() + (OneDnn.least().isPresent() ? ", oneDNN" : "");
  }

  private static String kernels() {
    String forced = System.getenv("ATEN_CPU_CAPABILITY");
    if (forced != null && !forced.isBlank()) {
      return forced.toUpperCase(Locale.ROOT);
    }
    String architecture = System.getProperty("os.arch");
    Set<String> flags = flags();
    if (flags.isEmpty()) {
      return architecture;
    }
    if (flags.containsAll(OneDnn.AVX512)) {
      return "AVX512";
    }
    return flags.containsAll(List.of("avx2", "fma")) ? "AVX2" : "DEFAULT";
  }

  /**
   * The instructions of this machine's processor that multiply in bfloat16 faster than in float32.
   * AVX512-BF16 of Intel's processors is not among them: it was half as fast as float32
   * (docs/benchmarks.md).
   *
   * @return {@code AMX}, {@code AVX512-BF16} or {@code none}
   */
  public static String bfloat16() {
    return bfloat16(vendor(), flags());
  }

  /** The same for the vendor and the flags of /proc/cpuinfo. */
  static String bfloat16(String vendor, Set<String> flags) {
    if (flags.contains("amx_bf16")) {
      return "AMX";
    }
    return vendor.equals("AuthenticAMD") && flags.contains("avx512_bf16") ? "AVX512-BF16" : NONE;
  }

  /** What does not change while the JVM runs; /proc/cpuinfo has hundreds of lines. */
  private static final class Processor {
    static final Set<String> FLAGS = Set.copyOf(List.of(processor("flags").split("\\s+")));
    static final String VENDOR = processor("vendor_id");
  }

  /** The flags of this machine's processor; empty if the system does not tell. */
  static Set<String> flags() {
    return Processor.FLAGS.contains("") ? Set.of() : Processor.FLAGS;
  }

  /** The vendor of this machine's processor; empty if the system does not tell. */
  static String vendor() {
    return Processor.VENDOR;
  }

  /** The first value of a key of /proc/cpuinfo; empty if there is none. */
  private static String processor(String key) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith(key))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * The process's largest resident memory so far.
   *
   * @return bytes, 0 if the system does not tell
   */
  public static long peakMemoryBytes() {
    return status("VmHWM:");
  }

  /**
   * The process's resident memory.
   *
   * @return bytes, 0 if the system does not tell
   */
  public static long residentMemoryBytes() {
    return status("VmRSS:");
  }

  private static long status(String key) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(key.length()).replace("kB", "").trim())
          .collect(Collectors.collectingAndThen(Collectors.toList(), Machine::kilobytes));
    } catch (IOException e) {
      return 0;
    }
  }

  private static long kilobytes(List<String> found) {
    return found.isEmpty() ? 0 : Long.parseLong(found.get(0)) * 1024;
  }
}
