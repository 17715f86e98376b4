package org.tributary.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;

/**
 * YAML that this program writes, as a tree: a run's {@code config.yaml}. Configurations of users
 * are read by {@code config}, with lines and advice.
 */
public final class Yaml {
  private static final ObjectMapper MAPPER = new ObjectMapper(new YAMLFactory());

  private Yaml() {}

  /**
   * Reads a document.
   *
   * @param yaml text in UTF-8
   * @throws JsonProcessingException if it is not YAML
   */
  public static JsonNode tree(byte[] yaml) throws IOException {
    return MAPPER.readTree(yaml);
  }

  /**
   * Reads a document.
   *
   * @param yaml text
   * @throws JsonProcessingException if it is not YAML
   */
  public static JsonNode tree(String yaml) throws JsonProcessingException {
    return MAPPER.readTree(yaml);
  }

  /** Writes a document in block style, with its start {@code ---}. */
  public static String text(JsonNode tree) {
    try {
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always YAML", e);
    }
  }
}
