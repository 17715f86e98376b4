package org.tributary.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.CheckpointSummary;
import org.tributary.checkpoint.Store;
import org.tributary.json.Json;
import org.tributary.rows.Manifest;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.RunFolder;
import org.tributary.setup.ModelFit;
import org.tributary.tables.RunReport;

/**
 * What {@code inspect} prints, as trees for {@code --json}. Each has {@code kind} and {@code path}.
 */
final class InspectTree {
  private InspectTree() {}

  /** A run: the columns of its line. */
  static Map<String, Object> of(RunFolder folder, RunReport report) {
    Map<String, Object> tree = begin("run", folder.root());
    tree.putAll(fields(Json.treeOf(report)));
    return tree;
  }

  /**
   * Anything else at a path.
   *
   * @throws org.tributary.error.WrongInput if it is nothing that can be described
   */
  static Map<String, Object> of(Store store, Path path) throws IOException {
    if (ComparisonFolder.isOwn(store, path)) {
      return begin("part of a comparison", path);
    }
    if (ComparisonFolder.is(store, path)) {
      return begin("comparison without runs", path);
    }
    if (store.exists(new Path(path, Manifest.FILE))) {
      Map<String, Object> tree = begin("partitioned set", path);
      tree.put("manifest", Json.treeOf(Manifest.read(store, path)));
      return tree;
    }
    CheckpointSummary summary = CheckpointSummary.of(store, path);
    Map<String, Object> tree = summary.tree();
    if (summary.isModel()) {
      tree.putAll(ModelFit.of(store, path.toString()).tree());
    }
    return tree;
  }

  private static Map<String, Object> begin(String kind, Path path) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("kind", kind);
    tree.put("path", path.toString());
    return tree;
  }

  /** The fields of an object; JSON has no NaN, so that a missing score is null. */
  private static Map<String, Object> fields(JsonNode object) {
    Map<String, Object> fields = new LinkedHashMap<>();
    object.fields().forEachRemaining(f -> fields.put(f.getKey(), finite(f.getValue())));
    return fields;
  }

  private static Object finite(JsonNode value) {
    if (value instanceof ObjectNode) {
      return fields(value);
    }
    return value.isDouble() && !Double.isFinite(value.doubleValue()) ? null : value;
  }
}
