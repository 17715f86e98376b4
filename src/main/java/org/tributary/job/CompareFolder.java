package org.tributary.job;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.config.Effective;
import org.tributary.error.WrongInput;

/**
 * Makes sure that a comparison's folder has one comparison: what its runs share must not change
 * between them. {@code compare.yaml} has the effective configuration, {@code train.yaml} the run
 * file that all share, as they were at the first start. More seeds may be added.
 */
final class CompareFolder {
  private static final String COMPARE = "compare.yaml";
  private static final String TRAIN = "train.yaml";

  private CompareFolder() {}

  /**
   * Holds a start against what the folder has.
   *
   * @throws WrongInput if the folder is another comparison's
   */
  static void check(Store store, CompareConfig config, String common) throws IOException {
    Path file = compare(store, config);
    if (!store.exists(file)) {
      return;
    }
    CompareConfig before =
        ConfigReader.stored(file.toString(), text(store, file), CompareConfig.class, Map.of());
    List<String> differences = new ArrayList<>(Effective.difference(before, config));
    if (!text(store, train(store, config)).equals(common)) {
      differences.add("train: %s has changed since".formatted(config.train()));
    }
    if (!differences.isEmpty()) {
      throw WrongInput.all(
          "out: %s is another comparison's; name another folder, or set back:"
              .formatted(config.out()),
          differences);
    }
  }

  /** Writes the files if they are not there. */
  static void commit(Store store, CompareConfig config, String common) throws IOException {
    write(store, train(store, config), common);
    write(store, compare(store, config), Effective.yaml(config));
  }

  /** Whether a folder is a comparison's. */
  static boolean is(Store store, Path folder) throws IOException {
    return store.exists(new Path(folder, COMPARE)) && store.exists(new Path(folder, TRAIN));
  }

  /** Whether a path is one of the files that a comparison keeps next to its runs. */
  static boolean isFile(Store store, Path path) throws IOException {
    return (path.getName().equals(COMPARE) || path.getName().equals(TRAIN))
        && is(store, path.getParent());
  }

  /** Whether a variant's folder of that name is a run: one of a seed, or one that tries a rate. */
  static boolean isRun(Path folder) {
    return folder.getName().startsWith("seed=") || folder.getName().startsWith("lr=");
  }

  private static void write(Store store, Path file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    store.commit(file, out -> out.write(bytes));
  }

  private static String text(Store store, Path file) throws IOException {
    return new String(store.readAll(file), StandardCharsets.UTF_8);
  }

  private static Path compare(Store store, CompareConfig config) throws IOException {
    return new Path(store.path(config.out()), COMPARE);
  }

  private static Path train(Store store, CompareConfig config) throws IOException {
    return new Path(store.path(config.out()), TRAIN);
  }
}
