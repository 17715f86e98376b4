package org.tributary.generation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.GenerateConfig;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.json.Yaml;
import org.tributary.run.RunConfig;
import org.tributary.torch.Machine;
import org.tributary.torch.Torch;

/**
 * The folder with the answers of a generation and a record of their inputs: {@code config.yaml},
 * one file per shard under {@code rows}, and {@code rows/_SUCCESS} when all files exist.
 *
 * @param root the generation's {@code out}
 */
public record GenerationFolder(Path root) {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationFolder.class);

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
    ObjectNode facts = facts(hashes);
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
      check(read(store), config, facts(hashes));
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

  private static ObjectNode facts(Map<String, String> hashes) throws IOException {
    Properties build = RunConfig.build();
    ObjectNode facts = Json.object();
    ObjectNode named = facts.putObject("hashes");
    hashes.forEach(named::put);
    facts.put("version", build.getProperty("git.build.version", "unknown"));
    facts.put("commit", build.getProperty("git.commit.id.full", "unknown"));
    facts.put("libtorch", Torch.version());
    facts.put("cpuCapability", Machine.cpuCapability());
    return facts;
  }

  private JsonNode read(Store store) throws IOException {
    try {
      return Yaml.tree(store.readAll(config()));
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          config() + " is not a readable configuration; name another out, or restore the file", e);
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
    for (String key : List.of("cpuCapability", "libtorch", "commit")) {
      if (!old.path(key).asText().equals(facts.get(key).asText())) {
        LOG.warn(
            "the answers began with {} {} and continue with {}: bits may differ",
            key,
            old.path(key).asText(),
            facts.get(key).asText());
      }
    }
  }
}
