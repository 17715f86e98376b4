package org.tributary.config;

import java.util.List;
import java.util.Map;
import org.tributary.error.WrongInput;

/**
 * A configuration with the places where its keys were written, so that a key which nothing reads
 * can be named where it stands.
 *
 * @param file where the configuration comes from, for messages
 * @param config with defaults filled in
 * @param places where each written key stands, such as {@code run.yaml:7} or {@code --set
 *     client.batch}, by dotted key; sections are keys, too
 * @param leftOut keys of the file that the command line left without a reader, one sentence each:
 *     they are as if they had not been written
 * @param <T> the configuration record
 */
public record Written<T extends Record>(
    String file, T config, Map<String, String> places, List<String> leftOut) {

  /**
   * Refuses keys that were written and are not read.
   *
   * @param unread by dotted key, why nothing reads it; a section stands for all in it
   * @throws WrongInput naming each that was written, with its place
   */
  public void refuse(Map<String, String> unread) {
    List<String> problems =
        unread.entrySet().stream()
            .filter(key -> places.containsKey(key.getKey()))
            .map(key -> sentence(places.get(key.getKey()), key.getKey(), key.getValue()))
            .toList();
    if (!problems.isEmpty()) {
      throw WrongInput.all(file + " cannot be used:", problems);
    }
  }

  /** What is said of a written key that nothing reads. */
  static String sentence(String place, String key, String why) {
    return "%s: %s: %s; remove the key".formatted(place, key, why);
  }
}
