package org.tributary.config;

import java.util.List;
import java.util.Map;
import org.tributary.error.WrongInput;

/**
 * A configuration with the places of its keys, so that messages about keys that nothing reads can
 * give the place.
 *
 * @param file the file of the configuration, for messages
 * @param config with defaults filled in
 * @param places the place of each written key, such as {@code run.yaml:7} or {@code --set
 *     client.batch}, by dotted key; sections are keys, too
 * @param leftOut keys of the file that are not read because of the command line, one sentence each;
 *     they are ignored
 * @param <T> the configuration record
 */
public record LocatedConfig<T extends Record>(
    String file, T config, Map<String, String> places, List<String> leftOut) {

  /**
   * Refuses keys that were written and are not read.
   *
   * @param unread by dotted key, why nothing reads it; a section means all its keys
   * @throws WrongInput naming each written key, with its place
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

  /** The message about a written key that nothing reads. */
  static String sentence(String place, String key, String why) {
    return "%s: %s: %s; remove the key".formatted(place, key, why);
  }
}
