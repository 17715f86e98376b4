package org.tributary.partition;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.rows.Manifest;

/**
 * The record of the inputs in a set's folder: {@code inputs.json}. It is written before the first
 * file of rows, so that a stopped run is resumed only with the same inputs.
 */
final class PartitionInputs {
  private static final String INPUTS = "inputs.json";
  private final Store store;
  private final Path folder;

  /**
   * Creates it for a folder.
   *
   * @param store file system of the folder
   * @param folder folder of the partitioned set; it may be missing
   */
  PartitionInputs(Store store, Path folder) {
    this.store = store;
    this.folder = folder;
  }

  /**
   * The manifest of a finished run of the same inputs.
   *
   * @param inputs of this run
   * @return the manifest; empty if the folder is missing, empty or incomplete
   * @throws WrongInput if the folder belongs to another run or contains something else
   */
  Optional<Manifest> sameRun(Manifest.Inputs inputs) throws IOException {
    if (store.exists(new Path(folder, Manifest.FILE))) {
      Manifest manifest = Manifest.read(store, folder);
      refuseOther(Json.treeOf(manifest.inputs()), inputs);
      return Optional.of(manifest);
    }
    Path file = new Path(folder, INPUTS);
    if (store.exists(file)) {
      refuseOther(Json.tree(store.readAll(file)), inputs);
    } else if (store.exists(folder) && !store.list(folder).isEmpty()) {
      throw new WrongInput(
          folder + " holds something that is not a partition; choose another name or remove it");
    }
    return Optional.empty();
  }

  /** Marks the folder as belonging to this run. */
  void begin(Manifest.Inputs inputs) throws IOException {
    byte[] bytes = Json.pretty(inputs).getBytes(StandardCharsets.UTF_8);
    store.commit(new Path(folder, INPUTS), out -> out.write(bytes));
    refuseOther(Json.tree(store.readAll(new Path(folder, INPUTS))), inputs);
  }

  private void refuseOther(JsonNode there, Manifest.Inputs inputs) throws IOException {
    // Converts to text and back, so that numbers compare in their written form.
    JsonNode wanted = Json.tree(Json.text(inputs));
    JsonNode found = Json.tree(Json.text(there));
    List<String> differences = new ArrayList<>();
    TreeSet<String> keys = new TreeSet<>();
    wanted.fieldNames().forEachRemaining(keys::add);
    found.fieldNames().forEachRemaining(keys::add);
    for (String key : keys) {
      if (!wanted.path(key).equals(found.path(key))) {
        differences.add(
            "%s was %s, now it is %s".formatted(key, shown(found, key), shown(wanted, key)));
      }
    }
    if (!differences.isEmpty()) {
      throw WrongInput.all(
          folder + " holds another partition; choose another name or remove it:", differences);
    }
  }

  private static String shown(JsonNode node, String key) {
    return node.has(key) ? node.get(key).toString() : "absent";
  }
}
