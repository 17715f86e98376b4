package org.tributary.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.EvaluateConfig;
import org.tributary.config.FrameworkSection;
import org.tributary.config.GenerateConfig;
import org.tributary.config.TrainConfig;

/**
 * Resolves the paths of a configuration for tasks. A relative path depends on the working directory
 * of the JVM, so the driver resolves all paths once in its own working directory and gives URIs to
 * tasks. The run's {@code config.yaml} keeps the paths as the user wrote them, because frozen keys
 * must not depend on the folder in which a run was started.
 */
public final class AbsolutePaths {
  private AbsolutePaths() {}

  /**
   * The configuration of a run for its tasks.
   *
   * @param store resolves paths on their file systems
   * @param config with paths as the user wrote them
   * @return YAML of the same configuration, its paths with scheme and authority
   */
  public static String yaml(Store store, TrainConfig config) throws IOException {
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("out", config.out());
    paths.put("model.path", config.model().path());
    paths.put("data.path", config.data().path());
    FrameworkSection.Lora lora = config.framework().lora();
    if (lora != null && lora.start() != null) {
      paths.put("framework.lora.start", lora.start());
    }
    List<String> sets = sets(store, paths);
    return EffectiveConfig.yaml(
        ConfigReader.read(
            "config.yaml", EffectiveConfig.yaml(config), sets, TrainConfig.class, RunSpec.CHOICES));
  }

  /**
   * The configuration of a generation for its tasks.
   *
   * @param store resolves paths on their file systems
   * @param config with paths as the user wrote them
   * @return YAML of the same configuration, its paths with scheme and authority
   */
  public static String yaml(Store store, GenerateConfig config) throws IOException {
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("out", config.out());
    paths.put("model.path", config.model().path());
    if (config.adapter() != null) {
      paths.put("adapter", config.adapter());
    }
    List<String> sets = new ArrayList<>(sets(store, paths));
    List<String> data = new ArrayList<>();
    for (String path : config.data().paths()) {
      data.add(quoted(store.path(path).toString()));
    }
    sets.add(data.stream().collect(Collectors.joining(", ", "data.paths=[", "]")));
    return EffectiveConfig.yaml(
        ConfigReader.read(
            "config.yaml", EffectiveConfig.yaml(config), sets, GenerateConfig.class, Map.of()));
  }

  /**
   * The configuration of an evaluation for its tasks.
   *
   * @param store resolves paths on their file systems
   * @param config with paths as the user wrote them, and with the rows
   * @return YAML of the same configuration, its paths with scheme and authority
   */
  public static String yaml(Store store, EvaluateConfig config) throws IOException {
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("out", config.out());
    paths.put("data.path", config.data().path());
    if (config.run() != null) {
      paths.put("run", config.run());
    }
    if (config.model() != null) {
      paths.put("model.path", config.model().path());
    }
    if (config.adapter() != null) {
      paths.put("adapter", config.adapter());
    }
    List<String> sets = sets(store, paths);
    return EffectiveConfig.yaml(
        ConfigReader.read(
            "config.yaml", EffectiveConfig.yaml(config), sets, EvaluateConfig.class, Map.of()));
  }

  private static List<String> sets(Store store, Map<String, String> paths) throws IOException {
    List<String> sets = new ArrayList<>();
    for (Map.Entry<String, String> path : paths.entrySet()) {
      sets.add(path.getKey() + "=" + quoted(store.path(path.getValue()).toString()));
    }
    return sets;
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
