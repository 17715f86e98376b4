package org.tributary.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;

/** Small JSON files beside the weights. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /** An object with no fields yet, which keeps the order in which they come. */
  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * Reads a file that must be there and hold one JSON object.
   *
   * @param wayOut what to do where it is missing
   */
  public static ObjectNode read(Store store, Path file, String wayOut) throws IOException {
    JsonNode node;
    try {
      node = MAPPER.readTree(store.readAll(file));
    } catch (FileNotFoundException e) {
      throw new WrongInput("%s: there is no such file: %s".formatted(file, wayOut), e);
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          "%s: is not valid JSON (%s): copy or write it again"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
    if (!(node instanceof ObjectNode object)) {
      throw new WrongInput(file + ": holds no JSON object: copy or write it again");
    }
    return object;
  }

  /** A text in another file's header; a missing node where it is no JSON. */
  static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  /** Equal nodes give equal bytes on every platform. */
  static byte[] render(JsonNode node) throws IOException {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
    return (MAPPER.writer(printer).writeValueAsString(node) + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}
