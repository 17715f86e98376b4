package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.fixture.Slow;

/** A job that does not end when it is asked to: a step takes too long, or a second signal comes. */
@Timeout(60)
@Slow
class StopSignalsTest {
  @TempDir Path dir;

  /** A job that ignores requests to end, in its own JVM. */
  public static final class Main {
    private Main() {}

    /** Argument: the number of milliseconds within which it has to end. */
    public static void main(String[] args) {
      Duration longest = Duration.ofMillis(Long.parseLong(args[0]));
      StopSignals.listen(Thread.currentThread(), System.err, StopSignals.RESUME, longest);
      System.err.println("at work");
      while (true) {
        Thread.onSpinWait();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"INT, 130, 1000", "HUP, 129, 1000", "TERM, 143, 1000", "TERM, 143, 3600000"})
  void itIsCutOff(String signal, int code, long longest) throws Exception {
    assumeFalse(isIgnored(signal), "started by nohup or in the background, which a JVM inherits");
    Path said = dir.resolve("said");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "" + longest)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      await(process, said, "at work");
      kill(signal, process);
      await(process, said, StopSignals.RESUME);
      if (longest > 1000) {
        kill(signal, process);
      }
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isEqualTo(code);
    List<String> lines = Files.readAllLines(said);
    lines.removeIf(line -> line.matches(".*(SLF4J|WARN StatusConsoleListener).*"));
    assertThat(lines.subList(0, 2)).containsExactly("at work", StopSignals.RESUME);
    assertThat(lines.subList(2, lines.size()))
        .isEqualTo(
            longest > 1000 ? List.of() : List.of("a step takes longer than 1 s and is cut off"));
  }

  /** Whether this process ignores a signal. If so, its children also ignore it. */
  private static boolean isIgnored(String signal) throws Exception {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    int number = Map.of("HUP", 1, "INT", 2, "TERM", 15).get(signal);
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .anyMatch(ignored -> (ignored >> (number - 1) & 1) == 1);
  }

  private static void kill(String signal, Process process) throws Exception {
    new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();
  }

  private static void await(Process process, Path said, String line) throws Exception {
    while (!Files.readString(said).contains(line)) {
      assertThat(process.isAlive()).as(Files.readString(said)).isTrue();
      Thread.sleep(20);
    }
  }
}
