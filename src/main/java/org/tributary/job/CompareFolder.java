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
import org.tributary.config.EffectiveConfig;
import org.tributary.error.WrongInput;
import org.tributary.run.ComparisonFolder;

/**
 * Ensures that a folder has only one comparison: the settings that its runs share must not change.
 * {@code compare.yaml} has the effective configuration and {@code train.yaml} the shared train
 * configuration, both from the first start. More seeds may be added.
 */
final class CompareFolder {
  private CompareFolder() {}

  /**
   * Compares a start with the contents of the folder.
   *
   * @throws WrongInput if the folder has another comparison
   */
  static void check(Store store, CompareConfig config, String common) throws IOException {
    Path file = compare(store, config);
    if (!store.exists(file)) {
      return;
    }
    CompareConfig before =
        ConfigReader.stored(file.toString(), text(store, file), CompareConfig.class, Map.of());
    List<String> differences = new ArrayList<>(EffectiveConfig.difference(before, config));
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

  /** Writes the files if they do not exist. */
  static void commit(Store store, CompareConfig config, String common) throws IOException {
    write(store, train(store, config), common);
    write(store, compare(store, config), EffectiveConfig.yaml(config));
  }

  private static void write(Store store, Path file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    store.commit(file, out -> out.write(bytes));
  }

  private static String text(Store store, Path file) throws IOException {
    return new String(store.readAll(file), StandardCharsets.UTF_8);
  }

  private static Path compare(Store store, CompareConfig config) throws IOException {
    return new Path(store.path(config.out()), ComparisonFolder.COMPARE);
  }

  private static Path train(Store store, CompareConfig config) throws IOException {
    return new Path(store.path(config.out()), ComparisonFolder.TRAIN);
  }
}
