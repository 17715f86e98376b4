package org.tributary.generation;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.GenerateConfig;
import org.tributary.run.AbsolutePaths;

/**
 * What a task needs to know about its generation. The task reads everything else from files.
 *
 * @param yaml the effective configuration, its paths resolved by the driver
 * @param root the folder of the answers
 * @param hadoop settings for access to file systems
 */
record GenerationSpec(String yaml, String root, SerializableConfiguration hadoop)
    implements Serializable {

  static GenerationSpec of(GenerateConfig config, Path root, Configuration hadoop)
      throws IOException {
    String yaml = AbsolutePaths.yaml(Store.of(hadoop), config);
    return new GenerationSpec(yaml, root.toString(), new SerializableConfiguration(hadoop));
  }

  GenerateConfig config() {
    return ConfigReader.read("config.yaml", yaml, List.of(), GenerateConfig.class, Map.of());
  }

  Store store() {
    return Store.of(hadoop.value());
  }

  GenerationFolder folder() throws IOException {
    return new GenerationFolder(store().path(root));
  }
}
