package org.tributary.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs {@link TokenizerChild} over a folder in another JVM, and restarts it after a death. */
final class TokenizerJvm {
  private final Path scratch;
  private final Path folder;

  TokenizerJvm(Path scratch, Path folder) {
    this.scratch = scratch;
    this.folder = folder;
  }

  /** The outcome of each file, by name, including files that ended their JVM or were too slow. */
  Map<String, String> outcomes() throws IOException, InterruptedException {
    List<String> names;
    try (Stream<Path> files = Files.list(folder)) {
      names = files.map(file -> file.getFileName().toString()).sorted().toList();
    }
    Map<String, String> outcomes = new LinkedHashMap<>();
    while (outcomes.size() < names.size()) {
      int before = outcomes.size();
      run(before, outcomes);
      if (outcomes.size() == before) {
        throw new IOException("the child does nothing: " + Files.readString(err()));
      }
    }
    return outcomes;
  }

  private Path err() {
    return scratch.resolve("err");
  }

  private void run(int from, Map<String, String> outcomes)
      throws IOException, InterruptedException {
    Process process = start(from);
    TimeLimit patience =
        new TimeLimit(() -> process.info().totalCpuDuration().orElse(Duration.ZERO));
    Thread watch = new Thread(() -> watch(process, patience));
    watch.start();
    String open = null;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        patience.begin();
        String[] words = line.split(" ", 3);
        if (words[0].equals("BEGIN")) {
          open = words[1];
        } else if (words[0].equals("END")) {
          outcomes.put(words[1], words[2]);
          open = null;
        }
      }
      int code = process.waitFor();
      if (open != null) {
        outcomes.put(open, "DIED with %d: %s".formatted(code, Files.readString(err())));
      }
    } finally {
      process.destroyForcibly();
      watch.interrupt();
      watch.join();
    }
  }

  private Process start(int from) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "-XX:ErrorFile=" + scratch.resolve("hs_err"),
            "-XX:-CreateCoredumpOnCrash",
            "-cp",
            System.getProperty("java.class.path"),
            TokenizerChild.class.getName(),
            folder.toString(),
            "" + from)
        .directory(scratch.toFile())
        .redirectError(err().toFile())
        .start();
  }

  /** Ends a child that takes too long for one file. */
  private static void watch(Process process, TimeLimit patience) {
    try {
      while (process.isAlive()) {
        Thread.sleep(200);
        if (patience.isOver()) {
          process.destroyForcibly();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
