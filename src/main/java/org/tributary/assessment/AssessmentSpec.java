package org.tributary.assessment;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.EvaluateConfig;
import org.tributary.json.Json;
import org.tributary.run.AbsolutePaths;
import org.tributary.run.RunSpec;
import org.tributary.run.SkippedRows;

/**
 * What a task needs to know about an evaluation. It reads everything else from files.
 *
 * @param yaml the effective configuration, its paths resolved by the driver
 * @param run of which a round is scored; null for folders
 * @param skipped the rows to leave out, as JSON
 * @param hadoop settings for access to file systems
 */
record AssessmentSpec(String yaml, RunSpec run, String skipped, SerializableConfiguration hadoop)
    implements Serializable {

  static AssessmentSpec of(
      EvaluateConfig config, RunSpec run, SkippedRows skipped, SerializableConfiguration hadoop)
      throws IOException {
    String yaml = AbsolutePaths.yaml(Store.of(hadoop.value()), config);
    return new AssessmentSpec(yaml, run, Json.pretty(skipped), hadoop);
  }

  EvaluateConfig config() {
    return ConfigReader.read("config.yaml", yaml, List.of(), EvaluateConfig.class, Map.of());
  }

  SkippedRows rowsLeftOut() {
    return Json.own(skipped, SkippedRows.class);
  }

  Store store() {
    return Store.of(hadoop.value());
  }
}
