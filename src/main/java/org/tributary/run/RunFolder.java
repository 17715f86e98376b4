package org.tributary.run;

import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/**
 * Where everything of a run is stored. Each file is written once; docs/tables.md says what is in
 * them.
 *
 * @param root the run's {@code out}
 */
public record RunFolder(Path root) {
  private static final String CLIENT = "client=";
  private static final String UPDATE = ".safetensors";
  private static final String FAILURE = ".failed.json";

  /** The effective configuration, with versions and hashes. */
  public Path config() {
    return new Path(root, "config.yaml");
  }

  /** The folder of locks. */
  public Path lock() {
    return new Path(root, "lock");
  }

  /** The rows that are left out; only where {@code data.badRows} is {@code skip}. */
  public Path skipped() {
    return new Path(root, "skipped.json");
  }

  /** What trains, travels and stays, before the first round. */
  public Path start() {
    return new Path(root, "start.safetensors");
  }

  /** The folder of a round. */
  public Path round(int round) {
    return new Path(root, String.format(Locale.ROOT, "rounds/round=%05d", round));
  }

  /** The folder of what clients sent up in a round, one file per attempt. */
  public Path updates(int round) {
    return new Path(round(round), "updates");
  }

  /** The folder of what clients kept for themselves in a round, one file per attempt. */
  public Path states(int round) {
    return new Path(round(round), "state");
  }

  /** An attempt's update. */
  public Path update(int round, String client, String attempt) {
    return new Path(updates(round), CLIENT + client + "." + attempt + UPDATE);
  }

  /** Why an attempt gave up. */
  public Path failure(int round, String client, String attempt) {
    return new Path(updates(round), CLIENT + client + "." + attempt + FAILURE);
  }

  /** What an attempt keeps for the client's next round. */
  public Path state(int round, String client, String attempt) {
    return new Path(states(round), CLIENT + client + "." + attempt + UPDATE);
  }

  /** The driver's choice of attempts. */
  public Path accepted(int round) {
    return new Path(round(round), "accepted.json");
  }

  /** What was merged. */
  public Path global(int round) {
    return new Path(round(round), "global.safetensors");
  }

  /** Pieces of a merge that ran as a Spark stage, until they are joined. */
  public Path pieces(int round) {
    return new Path(round(round), "pieces");
  }

  /** What was measured in a round. */
  public Path roundJson(int round) {
    return new Path(round(round), "round.json");
  }

  /** Says that a round is closed. */
  public Path success(int round) {
    return new Path(round(round), "_SUCCESS");
  }

  /** The folder of the tables. */
  public Path tables() {
    return new Path(root, "tables");
  }

  /** A round's rows of a table. */
  public Path table(String table, String run, int round) {
    return new Path(
        tables(), String.format(Locale.ROOT, "%s/run=%s/round-%05d.parquet", table, run, round));
  }

  /** The result of a run that trains weights, in Hugging Face layout. */
  public Path model() {
    return new Path(root, "model");
  }

  /** The result of a run that trains adapters, in PEFT layout. */
  public Path adapter() {
    return new Path(root, "adapter");
  }

  /**
   * Whose attempt a file of {@link #updates} or {@link #states} is.
   *
   * @param client id; may have dots
   * @param attempt without dots
   * @param failed whether the file says why the attempt gave up
   */
  public record Attempt(String client, String attempt, boolean failed) {
    /**
     * Reads a file's name.
     *
     * @param path of the file
     * @return empty if it is not an attempt's
     */
    public static Optional<Attempt> of(Path path) {
      String name = path.getName();
      boolean failed = name.endsWith(FAILURE);
      if (!name.startsWith(CLIENT) || !(failed || name.endsWith(UPDATE))) {
        return Optional.empty();
      }
      String stem =
          name.substring(CLIENT.length(), name.length() - (failed ? FAILURE : UPDATE).length());
      int dot = stem.lastIndexOf('.');
      return dot < 1
          ? Optional.empty()
          : Optional.of(new Attempt(stem.substring(0, dot), stem.substring(dot + 1), failed));
    }
  }
}
