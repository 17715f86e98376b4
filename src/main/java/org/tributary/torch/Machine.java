package org.tributary.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
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
   * The capability for which libtorch chooses its kernels on this machine, by the same rules.
   * Kernels of another capability add in another order, so bits are comparable only for equal
   * capabilities.
   *
   * @return {@code AVX512}, {@code AVX2}, {@code DEFAULT}, or what ATEN_CPU_CAPABILITY says; on
   *     other processors than x86 the architecture's name
   */
  public static String cpuCapability() {
    String forced = System.getenv("ATEN_CPU_CAPABILITY");
    if (forced != null && !forced.isBlank()) {
      return forced.toUpperCase(Locale.ROOT);
    }
    String architecture = System.getProperty("os.arch");
    Set<String> flags = Flags.KNOWN;
    if (flags.isEmpty()) {
      return architecture;
    }
    if (flags.containsAll(List.of("avx512f", "avx512vl", "avx512bw", "avx512dq", "fma"))) {
      return "AVX512";
    }
    return flags.containsAll(List.of("avx2", "fma")) ? "AVX2" : "DEFAULT";
  }

  /**
   * The instructions of this machine's processor that multiply in bfloat16. Without them libtorch
   * converts to float32 and back, so a step in bfloat16 is slower than in float32.
   *
   * @return {@code AMX}, {@code AVX512-BF16} or {@code none}
   */
  public static String bfloat16() {
    return bfloat16(Flags.KNOWN);
  }

  /** The same for the flags of /proc/cpuinfo. */
  static String bfloat16(Set<String> flags) {
    if (flags.contains("amx_bf16")) {
      return "AMX";
    }
    return flags.contains("avx512_bf16") ? "AVX512-BF16" : NONE;
  }

  /** The flags do not change while the JVM runs, and the file has hundreds of lines. */
  private static final class Flags {
    static final Set<String> KNOWN = flags();
  }

  private static Set<String> flags() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(
              line ->
                  (Set<String>)
                      new HashSet<>(
                          Arrays.asList(
                              line.substring(line.indexOf(':') + 1).trim().split("\\s+"))))
          .orElse(Set.of());
    } catch (IOException e) {
      return Set.of();
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
