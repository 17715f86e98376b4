package org.tributary.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/** Records as JSON files, written once. */
public final class Json {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  public static String text(Object record) {
    try {
      return JSON.writeValueAsString(record) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot be written as JSON: " + record.getClass(), e);
    }
  }

  public static <T> T parse(String text, Class<T> type) {
    try {
      return JSON.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a " + type.getSimpleName(), e);
    }
  }

  /** True when this call made the file. */
  public static boolean commit(Store store, Path file, Object record) throws IOException {
    byte[] bytes = text(record).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return store.commit(file, out -> out.write(bytes));
  }

  /**
   * Reads a record.
   *
   * @throws WrongInput where the file holds no such record
   * @throws IOException where the file system fails
   */
  public static <T> T read(Store store, Path file, Class<T> type) throws IOException {
    try {
      return JSON.readValue(store.readAll(file), type);
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          "%s is damaged (%s); restore it from a backup, or begin anew in another folder"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }
}
