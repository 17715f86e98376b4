package org.tributary.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.json.Yaml;
import org.tributary.torch.Machine;
import org.tributary.torch.Torch;

/**
 * What the {@code config.yaml} of a job that uses a model, but does not train it, says beside the
 * configuration: the hashes of models and rows, and the program and libraries that decide the bits.
 */
public final class ScoringFacts {
  private static final Logger LOG = LoggerFactory.getLogger(ScoringFacts.class);

  private ScoringFacts() {}

  /**
   * The facts of this program.
   *
   * @param hashes of models and rows, by key
   * @return hashes, version, commit, libtorch and cpuCapability
   * @throws IOException if the description of the build cannot be read
   */
  public static ObjectNode of(Map<String, String> hashes) throws IOException {
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

  /**
   * Reads a {@code config.yaml}.
   *
   * @param store reaches the file
   * @param file the file
   * @return its tree
   * @throws WrongInput if it is not YAML
   * @throws IOException if the file system fails
   */
  public static JsonNode read(Store store, Path file) throws IOException {
    try {
      return Yaml.tree(store.readAll(file));
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          file + " is not a readable configuration; name another out, or restore the file", e);
    }
  }

  /**
   * Warns if another program or processor began.
   *
   * @param what is computed, such as "the answers"
   * @param old the facts of the start
   * @param now the facts of this program
   */
  public static void warnOfOthers(String what, JsonNode old, JsonNode now) {
    for (String key : List.of("cpuCapability", "libtorch", "commit")) {
      if (!old.path(key).asText().equals(now.path(key).asText())) {
        LOG.warn(
            "{} began with {} {} and continue with {}: bits may differ",
            what,
            key,
            old.path(key).asText(),
            now.path(key).asText());
      }
    }
  }
}
