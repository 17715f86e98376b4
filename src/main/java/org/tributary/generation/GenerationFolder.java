package org.tributary.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.GenerateConfig;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.json.Yaml;
import org.tributary.run.ScoringFacts;

/**
 * The folder with the answers of a generation and a record of their inputs: {@code config.yaml},
 * one file per shard under {@code rows}, and {@code rows/_SUCCESS} when all files exist.
 *
 * @param root the generation's {@code out}
 */
public record GenerationFolder(Path root) {

  /** The effective configuration, with versions and hashes. */
  public Path config() {
    return new Path(root, "config.yaml");
  }

  /** The folder of the answers. Spark and other programs read it as one table. */
  public Path rows() {
    return new Path(root, "rows");
  }

  /** The file of a shard's rows. */
  Path part(int shard) {
    return new Path(rows(), String.format(Locale.ROOT, "part-%05d.parquet", shard));
  }

  /** Marks the rows as complete. */
  public Path success() {
    return new Path(rows(), "_SUCCESS");
  }

  /**
   * Compares a start with the contents of the folder, and writes {@code config.yaml} if there is
   * none.
   *
   * @param hashes of model, adapter and data, by key
   * @throws WrongInput if the folder contains something else
   */
  void begin(Store store, GenerateConfig config, Map<String, String> hashes) throws IOException {
    check(store, config, hashes);
    if (store.exists(config())) {
      return;
    }
    ObjectNode facts = ScoringFacts.of(hashes);
    ObjectNode whole = Json.object();
    whole.set("run", facts);
    whole.set("config", Yaml.tree(EffectiveConfig.yaml(config)));
    byte[] text = Yaml.text(whole).getBytes(StandardCharsets.UTF_8);
    store.commit(config(), FileContent.of(text));
  }

  /**
   * Compares a start with the contents of the folder, and writes nothing.
   *
   * @param hashes of model, adapter and data, by key
   * @throws WrongInput if the folder contains something else
   */
  void check(Store store, GenerateConfig config, Map<String, String> hashes) throws IOException {
    if (store.exists(config())) {
      check(ScoringFacts.read(store, config()), config, ScoringFacts.of(hashes));
    } else {
      checkFree(store);
    }
  }

  /**
   * Refuses a folder that belongs to another program.
   *
   * @throws WrongInput if the folder is not empty and has no answers
   */
  void checkFree(Store store) throws IOException {
    if (!store.list(root).isEmpty()) {
      throw new WrongInput(
          "out: %s exists and has no answers (it has no config.yaml); name another folder"
              .formatted(root));
    }
  }

  private void check(JsonNode file, GenerateConfig config, ObjectNode facts) throws IOException {
    GenerateConfig before =
        ConfigReader.stored(
            config().toString(), Yaml.text(file.path("config")), GenerateConfig.class, Map.of());
    List<String> differences = new ArrayList<>(EffectiveConfig.difference(before, config));
    JsonNode old = file.path("run");
    facts
        .get("hashes")
        .fields()
        .forEachRemaining(
            hash -> {
              String was = old.path("hashes").path(hash.getKey()).asText();
              if (differences.isEmpty() && !was.equals(hash.getValue().asText())) {
                differences.add(hash.getKey() + ": its files have changed since");
              }
            });
    if (!differences.isEmpty()) {
      throw WrongInput.all(
          "out: %s holds other answers; name another folder, or set back:".formatted(root),
          differences);
    }
    ScoringFacts.warnOfOthers("the answers", old, facts);
  }
}
