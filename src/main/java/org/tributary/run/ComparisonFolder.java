package org.tributary.run;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;

/**
 * The folder of a comparison: {@code compare.yaml}, {@code train.yaml}, the tables of all its runs,
 * and one folder for each run, {@code <variant>/seed=<seed>} or {@code <variant>/lr=<rate>}, or
 * {@code <variant>/lr=<rate>_seed=<seed>} if rates are tried with several seeds. With several
 * partitioned sets, the folders of variants are in one folder for each set, which also has the
 * report about its runs.
 */
public final class ComparisonFolder {
  /** The effective configuration of the comparison. */
  public static final String COMPARE = "compare.yaml";

  /** The train configuration that all runs share. */
  public static final String TRAIN = "train.yaml";

  private static final String SEED = "seed=";
  private static final String TRIAL = "lr=";

  /** Folders between a comparison's and a run's: of the partitioned set and of the variant. */
  static final int LEVELS = 2;

  private ComparisonFolder() {}

  /**
   * The name of a run's folder.
   *
   * @param seed of the run
   * @return the last part of its path
   */
  public static String seed(String seed) {
    return SEED + seed;
  }

  /**
   * The name of the folder of a run that tries a learning rate.
   *
   * @param rate the learning rate as it is written
   * @return the last part of its path
   */
  public static String trial(String rate) {
    return TRIAL + rate;
  }

  /**
   * The name of the folder of one of several runs that try a learning rate.
   *
   * @param rate the learning rate as it is written
   * @param seed of the run
   * @return the last part of its path
   */
  public static String trial(String rate, String seed) {
    return trial(rate) + "_" + seed(seed);
  }

  /**
   * Whether a folder has a comparison.
   *
   * @param store reaches it
   * @param folder any path
   * @return whether both files are there
   * @throws IOException if the file system fails
   */
  public static boolean is(Store store, Path folder) throws IOException {
    return store.exists(new Path(folder, COMPARE)) && store.exists(new Path(folder, TRAIN));
  }

  /**
   * Whether a path is one of those that a comparison has beside its runs.
   *
   * @param store reaches it
   * @param path any path
   * @return whether it is the comparison's configuration, its folder of tables or its report
   * @throws IOException if the file system fails
   */
  public static boolean isOwn(Store store, Path path) throws IOException {
    Path folder = path.getParent();
    if (folder == null) {
      return false;
    }
    String name = path.getName();
    boolean report = RunFolder.reports().contains(name);
    boolean own =
        report || Set.of(COMPARE, TRAIN, new RunFolder(folder).tables().getName()).contains(name);
    return own && is(store, folder)
        || report && folder.getParent() != null && is(store, folder.getParent());
  }

  /**
   * Whether a folder in a variant's folder is a run, by its name.
   *
   * @param folder of a seed, or of a trial of a rate
   * @return whether it is one of them
   */
  public static boolean isRun(Path folder) {
    return folder.getName().startsWith(SEED) || isTrial(folder);
  }

  /**
   * Whether a run of a comparison is a trial of a learning rate, by its folder's name.
   *
   * @param folder of a run of a comparison
   * @return whether it is a trial
   */
  public static boolean isTrial(Path folder) {
    return folder.getName().startsWith(TRIAL);
  }

  /**
   * The comparison that a run belongs to.
   *
   * @param store reaches it
   * @param run the run's folder
   * @return the comparison's folder; empty for a run of its own
   * @throws IOException if the file system fails
   */
  public static Optional<Path> around(Store store, Path run) throws IOException {
    if (!isRun(run)) {
      return Optional.empty();
    }
    Path folder = run.getParent();
    for (int level = 0; level < LEVELS && folder != null; level++) {
      folder = folder.getParent();
      if (folder != null && is(store, folder)) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }

  /**
   * The place of a run in its comparison.
   *
   * @param comparison the folder {@link #around} the run
   * @param run the run's folder
   * @return such as {@code fedit/seed=1}, or {@code dir01/fedit/seed=1} with several partitioned
   *     sets
   */
  public static String place(Path comparison, Path run) {
    String variant = run.getParent().getName() + "/" + run.getName();
    Path set = run.getParent().getParent();
    return set.equals(comparison) ? variant : set.getName() + "/" + variant;
  }
}
