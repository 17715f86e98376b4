package org.tributary.federation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A call of jobs/submit as a user makes it.
 *
 * @param code its exit code
 * @param out what it said on stdout
 * @param err what it said on stderr
 */
public record Submission(int code, String out, String err) {
  /** Runs it to its end. */
  public static Submission of(
      Path home, Path directory, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", home.resolve("jobs/submit").toString()));
    command.addAll(List.of(args));
    Path out = Files.createTempFile(directory, "submit", ".out");
    Path err = Files.createTempFile(directory, "submit", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeAll(Set.of("SPARK_HOME", "HADOOP_CONF_DIR"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("TRIBUTARY_DRIVER_MEMORY", "512m");
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(300, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("jobs/submit did not end: " + Files.readString(err));
    }
    return new Submission(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
