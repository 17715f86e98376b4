package org.tributary.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.tributary.error.WrongInput;
import org.tributary.fixture.JobRun;

/**
 * The outcome of a malformed input: it was accepted, or it was refused with one message and nothing
 * was written, in both cases within ten seconds.
 *
 * @param refused whether it was refused
 * @param message the refusal; empty if the input was accepted
 */
record FuzzTrial(boolean refused, String message) {
  private static final OperatingSystemMXBean MACHINE =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final int LONGEST_MESSAGE = 6000;

  /** Runs a job as its users do. Exit code 2 is a refusal, 0 means that the input was accepted. */
  static FuzzTrial job(Path folder, String... args) throws Exception {
    return watched(
        folder,
        () -> {
          JobRun run = JobRun.of(args);
          assertThat(run.code())
              .as("exit code of " + String.join(" ", args) + ": " + run.err())
              .isIn(0, 2);
          return new FuzzTrial(run.code() == 2, run.code() == 2 ? run.err() : "");
        });
  }

  /**
   * Calls what a job calls. {@link WrongInput}, or one that caused another exception, is a refusal.
   */
  static FuzzTrial call(Path folder, Callable<?> action) throws Exception {
    return watched(
        folder,
        () -> {
          try {
            action.call();
            return new FuzzTrial(false, "");
          } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
              if (cause instanceof WrongInput) {
                return new FuzzTrial(true, cause.getMessage());
              }
            }
            throw e;
          }
        });
  }

  private static FuzzTrial watched(Path folder, Callable<FuzzTrial> action) throws Exception {
    SortedMap<String, String> before = listing(folder);
    StringWriter log = new StringWriter();
    WriterAppender appender =
        WriterAppender.createAppender(
            PatternLayout.newBuilder().withPattern("%p %c{1}: %m%n%ex").build(),
            null,
            log,
            "fuzz",
            false,
            true);
    appender.start();
    Logger root = (Logger) LogManager.getRootLogger();
    root.addAppender(appender);
    ExecutorService one = Executors.newSingleThreadExecutor();
    try {
      FuzzTrial trial = inTime(one.submit(action));
      if (trial.refused) {
        assertThat(trial.message).isNotBlank().doesNotContain("\tat ", "Exception in");
        assertThat(trial.message.length()).as(trial.message).isLessThan(LONGEST_MESSAGE);
        assertThat(log.toString()).as("log").doesNotContain("\tat ");
        assertThat(listing(folder)).as("files after " + trial.message).isEqualTo(before);
      }
      return trial;
    } finally {
      one.shutdownNow();
      root.removeAppender(appender);
    }
  }

  private static FuzzTrial inTime(Future<FuzzTrial> running) throws Exception {
    TimeLimit patience = new TimeLimit(() -> Duration.ofNanos(MACHINE.getProcessCpuTime()));
    while (true) {
      try {
        return running.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        if (patience.isOver()) {
          throw new AssertionError("hangs:" + threads());
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Exception cause) {
          throw cause;
        }
        throw new AssertionError(e.getCause());
      }
    }
  }

  /** The stack traces of the trial's threads. */
  private static String threads() {
    StringBuilder where = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              if (thread.getName().startsWith("pool-")) {
                where.append("\n").append(thread);
                Stream.of(stack).limit(30).forEach(frame -> where.append("\n  ").append(frame));
              }
            });
    return where.toString();
  }

  private static SortedMap<String, String> listing(Path folder) throws IOException {
    SortedMap<String, String> listing = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        String size = Files.isDirectory(path) ? "folder" : Files.size(path) + " bytes";
        listing.put(path.toString(), size + ", " + Files.getLastModifiedTime(path));
      }
    }
    return listing;
  }
}
