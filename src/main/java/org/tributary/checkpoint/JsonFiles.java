package org.tributary.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;

/**
 * Reads and writes JSON files: those next to the weights, and the records of a run, which are
 * written once.
 */
public final class JsonFiles {
  private JsonFiles() {}

  /**
   * Reads a file that must exist and contain one JSON object.
   *
   * @param wayOut how to fix it if it is missing
   * @throws WrongInput if it is missing or has no object
   */
  static ObjectNode object(Store store, Path file, String wayOut) throws IOException {
    JsonNode node;
    try {
      node = Json.tree(store.readAll(file));
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

  /** The text of a file in a folder: each field and each array element on its own line. */
  static byte[] content(JsonNode node) {
    return utf8(Json.elements(node));
  }

  /**
   * Reads a record.
   *
   * @param type of the record
   * @throws WrongInput if the file does not contain such a record
   * @throws IOException if the file system fails
   */
  public static <T> T read(Store store, Path file, Class<T> type) throws IOException {
    try {
      return Json.record(store.readAll(file), type);
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          "%s is damaged (%s); restore it from a backup, or start again in another folder"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }

  /**
   * Writes a record, unless the file exists.
   *
   * @return whether this call created the file
   */
  public static boolean commit(Store store, Path file, Object record) throws IOException {
    return store.commit(file, FileContent.of(utf8(Json.pretty(record))));
  }

  private static byte[] utf8(String json) {
    return (json + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
