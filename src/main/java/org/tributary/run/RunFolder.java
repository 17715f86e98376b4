package org.tributary.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;

/**
 * The paths of all files of a run. Each file is written once; docs/tables.md describes the
 * contents.
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

  /** The rows that are left out; only if {@code data.badRows} is {@code skip}. */
  public Path skipped() {
    return new Path(root, "skipped.json");
  }

  /** The start of all tensors of the plans, before the first round. */
  public Path start() {
    return new Path(root, "start.safetensors");
  }

  /** The folder of a round. */
  public Path round(int round) {
    return new Path(root, String.format(Locale.ROOT, "rounds/round=%05d", round));
  }

  /** The folder of the updates that clients sent in a round, one file per attempt. */
  public Path updates(int round) {
    return new Path(round(round), "updates");
  }

  /** The folder of the state that clients kept in a round, one file per attempt. */
  public Path states(int round) {
    return new Path(round(round), "state");
  }

  /** An attempt's update. */
  public Path update(int round, String client, String attempt) {
    return new Path(updates(round), CLIENT + client + "." + attempt + UPDATE);
  }

  /** The reason why an attempt failed. */
  public Path failure(int round, String client, String attempt) {
    return new Path(updates(round), CLIENT + client + "." + attempt + FAILURE);
  }

  /** The state that an attempt keeps for the client's next round. */
  public Path state(int round, String client, String attempt) {
    return new Path(states(round), CLIENT + client + "." + attempt + UPDATE);
  }

  /** The attempts that the driver accepted. */
  public Path accepted(int round) {
    return new Path(round(round), "accepted.json");
  }

  /** The global state after the merge. */
  public Path global(int round) {
    return new Path(round(round), "global.safetensors");
  }

  /** Parts of a merge that ran as a Spark stage, until they are joined. */
  public Path pieces(int round) {
    return new Path(round(round), "pieces");
  }

  /** The measurements of a round. */
  public Path roundJson(int round) {
    return new Path(round(round), "round.json");
  }

  /** The marker of a closed round. */
  public Path success(int round) {
    return new Path(round(round), "_SUCCESS");
  }

  /** The folder of the tables; those of a comparison are in its folder. */
  public Path tables() {
    return new Path(root, "tables");
  }

  /** The HTML report about the run, or about the comparison whose folder this is. */
  public Path report() {
    return new Path(root, "report.html");
  }

  /** The names of the report and of its main table as Markdown, CSV and LaTeX. */
  public static Set<String> reports() {
    return Set.of("report.html", "report-scores.md", "report-scores.csv", "report-scores.tex");
  }

  /** The folder of TensorBoard's event files; only with {@code trackers.tensorboard}. */
  public Path tensorboard() {
    return new Path(root, "tensorboard");
  }

  /** Identifies the run on an MLflow server; only with {@code trackers.mlflow}. */
  public Path mlflow() {
    return new Path(root, "mlflow.json");
  }

  /** Says after which round the result is. */
  public Path result() {
    return new Path(root, "result.json");
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
   * Where a run keeps tensors: starts, updates, states, globals and results. Without them it still
   * has its configuration, its measurements and its scores.
   *
   * @param rounds of the run
   * @return files and folders, whether they exist or not, in the order in which they are removed;
   *     the first says that there is a result, the last is the start, which every run has
   */
  public List<Path> weights(int rounds) {
    List<Path> weights = new ArrayList<>(List.of(result(), model(), adapter()));
    for (int round = 0; round <= rounds; round++) {
      weights.addAll(List.of(updates(round), states(round), pieces(round), global(round)));
    }
    weights.add(start());
    return weights;
  }

  /**
   * The client and the attempt in the name of a file of {@link #updates} or {@link #states}.
   *
   * @param client id; may contain dots
   * @param attempt without dots
   * @param failed whether the file has the reason why the attempt failed
   */
  public record Attempt(String client, String attempt, boolean failed) {
    /**
     * Reads a file's name.
     *
     * @param path of the file
     * @return empty if it is not the file of an attempt
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
