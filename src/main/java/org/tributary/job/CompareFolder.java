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
 * {@code train.yaml} has the shared train configuration from the first start, and {@code
 * compare.yaml} the effective configuration of the last one. More seeds may be added, and more
 * partitions if there are some.
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
    if (before.partitions().isEmpty() != config.partitions().isEmpty()) {
      differences.add(
          "partitions: was %s, now %s; sets may be added, but not to runs without partitions"
              .formatted(before.partitions(), config.partitions()));
    }
    if (!differences.isEmpty()) {
      throw WrongInput.all(
          "out: %s is another comparison's; name another folder, or set back:"
              .formatted(config.out()),
          differences);
    }
  }

  /**
   * Writes the files if they do not exist, and the configuration again if seeds or sets are new.
   */
  static void commit(Store store, CompareConfig config, String common) throws IOException {
    write(store, train(store, config), common);
    Path file = compare(store, config);
    String yaml = EffectiveConfig.yaml(config);
    if (store.exists(file) && !text(store, file).equals(yaml)) {
      store.delete(file);
    }
    write(store, file, yaml);
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
