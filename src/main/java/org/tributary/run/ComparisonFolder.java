package org.tributary.run;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;

/**
 * The folder of a comparison: {@code compare.yaml}, {@code train.yaml}, the tables of all its runs,
 * and one folder for each run, {@code <variant>/seed=<seed>} or {@code <variant>/lr=<rate>}.
 */
public final class ComparisonFolder {
  /** The effective configuration of the comparison. */
  public static final String COMPARE = "compare.yaml";

  /** The train configuration that all runs share. */
  public static final String TRAIN = "train.yaml";

  private static final String SEED = "seed=";
  private static final String TRIAL = "lr=";

  private ComparisonFolder() {}

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
    return folder != null
        && Set.of(
                COMPARE,
                TRAIN,
                new RunFolder(folder).tables().getName(),
                new RunFolder(folder).report().getName())
            .contains(path.getName())
        && is(store, folder);
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
    Path variant = run.getParent();
    Path folder = variant == null ? null : variant.getParent();
    return folder != null && isRun(run) && is(store, folder)
        ? Optional.of(folder)
        : Optional.empty();
  }
}
