package org.tributary.assessment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Sha256;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.EvaluateConfig;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.json.Yaml;
import org.tributary.run.ScoringFacts;
import org.tributary.run.SkippedRows;

/**
 * The folder of an evaluation: {@code config.yaml}, which says what was scored, and the tables.
 *
 * @param root the evaluation's {@code out}
 */
record AssessmentFolder(Path root) {
  private static final String FACTS = "evaluation";

  /** The effective configuration, with versions and hashes. */
  Path config() {
    return new Path(root, "config.yaml");
  }

  /** The rows that are left out; only if {@code data.badRows} is {@code skip}. */
  Path skipped() {
    return new Path(root, "skipped.json");
  }

  /** The folder of the tables. */
  Path tables() {
    return new Path(root, "tables");
  }

  /** A hash of what is scored and how. */
  static String hash(EvaluateConfig config, Map<String, String> hashes) {
    return Sha256.of(EffectiveConfig.frozen(config).sha256() + " " + hashes);
  }

  /**
   * Writes what is scored, unless an earlier start has written it.
   *
   * @param hashes of models and rows, by key
   * @param skipped the rows to leave out; null if none may be left out
   */
  void begin(Store store, EvaluateConfig config, Map<String, String> hashes, SkippedRows skipped)
      throws IOException {
    check(store, config, hashes);
    if (skipped != null) {
      JsonFiles.commit(store, skipped(), skipped);
    }
    if (!store.exists(config())) {
      ObjectNode whole = Json.object();
      whole.set(FACTS, ScoringFacts.of(hashes));
      whole.set("config", Yaml.tree(EffectiveConfig.yaml(config)));
      byte[] text = Yaml.text(whole).getBytes(StandardCharsets.UTF_8);
      store.commit(config(), FileContent.of(text));
    }
  }

  /**
   * Compares a start with the contents of the folder. Writes nothing.
   *
   * @throws WrongInput if the folder has other scores, or something else
   */
  void check(Store store, EvaluateConfig config, Map<String, String> hashes) throws IOException {
    if (store.exists(config())) {
      compare(ScoringFacts.read(store, config()), config, ScoringFacts.of(hashes));
    } else if (store.list(root).stream().anyMatch(file -> !file.getPath().equals(skipped()))) {
      throw new WrongInput(
          "out: %s exists and has no scores (it has no config.yaml); name another folder"
              .formatted(root));
    }
  }

  private void compare(JsonNode file, EvaluateConfig config, ObjectNode facts) throws IOException {
    JsonNode old = file.path(FACTS);
    if (old.isMissingNode()) {
      throw new WrongInput(
          "out: %s has the files of another job; name another folder".formatted(root));
    }
    EvaluateConfig before =
        ConfigReader.stored(
            config().toString(), Yaml.text(file.path("config")), EvaluateConfig.class, Map.of());
    List<String> differences = new ArrayList<>(EffectiveConfig.difference(before, config));
    if (differences.isEmpty() && !old.path("hashes").equals(facts.path("hashes"))) {
      facts
          .path("hashes")
          .fields()
          .forEachRemaining(
              hash -> {
                if (!old.path("hashes").path(hash.getKey()).equals(hash.getValue())) {
                  differences.add(hash.getKey() + ": its files have changed since");
                }
              });
      if (differences.isEmpty()) {
        differences.add("the run has other results now");
      }
    }
    if (!differences.isEmpty()) {
      throw WrongInput.all(
          "out: %s holds other scores; name another folder, or set back:".formatted(root),
          differences);
    }
    ScoringFacts.warnOfOthers("the scores", old, facts);
  }
}
