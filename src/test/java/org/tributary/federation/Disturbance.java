package org.tributary.federation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.tributary.federation.ClientListener.Moment;

/**
 * Disturbances of clients, as files in a folder that all JVMs of a test share, and a log of what
 * the clients' tasks did.
 *
 * @param folder of orders and log
 */
record Disturbance(Path folder) {
  /** The Spark property that names the folder. */
  static final String FOLDER = "spark.tributary.test.disturbance";

  /** In place of a round number: every round. */
  static final int EVERY = -1;

  /** Carries out the orders, in the task. */
  public static final class Listener implements ClientListener {
    @Override
    public void on(Moment moment, String client, int round, int step) {
      try {
        new Disturbance(Path.of(SparkEnv.get().conf().get(FOLDER))).on(moment, client, round, step);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  static Disturbance in(Path folder) throws IOException {
    return new Disturbance(Files.createDirectories(folder));
  }

  /** Kills the JVM the next time this moment is reached. */
  void killOnce(Moment moment, String client, int round) throws IOException {
    Files.createFile(order("kill-once", moment, client, round));
  }

  /** Kills the JVM every time this moment is reached, until {@link #heal}. */
  void kill(Moment moment, String client, int round) throws IOException {
    Files.createFile(order("kill", moment, client, round));
  }

  /** Makes the system kill the JVM every time this moment is reached, until {@link #letLive}. */
  void killFromOutside(Moment moment, String client, int round) throws IOException {
    Files.createFile(order("sigkill", moment, client, round));
  }

  void letLive(Moment moment, String client, int round) throws IOException {
    Files.delete(order("sigkill", moment, client, round));
  }

  void heal(Moment moment, String client, int round) throws IOException {
    Files.delete(order("kill", moment, client, round));
  }

  /** Makes tasks wait at this moment until {@link #letGo}. */
  void hold(Moment moment, String client, int round) throws IOException {
    Files.createFile(order("hold", moment, client, round));
  }

  /** Makes tasks wait at this moment until Spark tells them to end. */
  void holdUntilKilled(Moment moment, String client, int round) throws IOException {
    Files.createFile(order("until-killed", moment, client, round));
  }

  void letGo(Moment moment, String client, int round) throws IOException {
    Files.delete(order("hold", moment, client, round));
  }

  /** Whether every {@link #killOnce} was carried out. */
  boolean isDone() throws IOException {
    try (Stream<Path> orders = Files.list(folder)) {
      return orders.noneMatch(file -> file.getFileName().toString().startsWith("kill-once"));
    }
  }

  /** Clears the log. */
  void clear() throws IOException {
    Files.deleteIfExists(log());
  }

  /** How often a client started to train in a round. */
  long starts(String client, int round) throws IOException {
    return count(line(Moment.STEP, client, round, 1));
  }

  /** Whether a client started to train in a round after it had committed its update. */
  boolean startedAfterCommit(String client, int round) throws IOException {
    List<String> lines = lines();
    int commit =
        lines.stream()
            .map(line -> line.replaceFirst(" step=.*", ""))
            .toList()
            .indexOf(line(Moment.COMMITTED, client, round, 0).replaceFirst(" step=.*", ""));
    return commit >= 0
        && lines.subList(commit, lines.size()).contains(line(Moment.STEP, client, round, 1));
  }

  /** How often that happened. */
  long count(Moment moment, String client, int round, int step) throws IOException {
    return count(line(moment, client, round, step));
  }

  private long count(String line) throws IOException {
    return lines().stream().filter(line::equals).count();
  }

  private List<String> lines() throws IOException {
    return Files.exists(log()) ? Files.readAllLines(log()) : List.of();
  }

  private void on(Moment moment, String client, int round, int step)
      throws IOException, InterruptedException {
    Files.writeString(
        log(),
        line(moment, client, round, step) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    while (Files.exists(order("until-killed", moment, client, round))
        && !TaskContext.get().isInterrupted()) {
      Thread.sleep(20);
    }
    while (Files.exists(order("hold", moment, client, round))) {
      Thread.sleep(50);
    }
    if (Files.exists(order("sigkill", moment, client, round))) {
      new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start().waitFor();
    }
    if (Files.deleteIfExists(order("kill-once", moment, client, round))
        || Files.exists(order("kill", moment, client, round))
        || Files.exists(order("kill", moment, client, EVERY))) {
      Runtime.getRuntime().halt(1);
    }
  }

  private Path log() {
    return folder.resolve("log");
  }

  private Path order(String what, Moment moment, String client, int round) {
    return folder.resolve("%s.%s.%s.%d".formatted(what, moment, client, round));
  }

  private static String line(Moment moment, String client, int round, int step) {
    return "%s client=%s round=%d step=%d".formatted(moment, client, round, step);
  }
}
