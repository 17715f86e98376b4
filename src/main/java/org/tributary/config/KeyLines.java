package org.tributary.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/** Describes the keys of a record for users. */
public final class KeyLines {
  private KeyLines() {}

  /**
   * The keys of a record.
   *
   * @param settings a record whose components have {@link Key}
   * @return one line for each key, sections with dots: {@code mu (required): factor of the term}
   */
  public static List<String> of(Class<?> settings) {
    List<String> lines = new ArrayList<>();
    add(settings, "", lines);
    return lines;
  }

  private static void add(Class<?> type, String path, List<String> lines) {
    for (RecordComponent component : type.getRecordComponents()) {
      Key key = ConfigSchema.key(component);
      String name = ConfigSchema.join(path, component.getName());
      if (component.getType().isRecord()) {
        add(component.getType(), name, lines);
      } else {
        String absent =
            key.required()
                ? "required"
                : key.byDefault().isEmpty() ? "optional" : "default " + key.byDefault();
        lines.add("%s (%s): %s%s".formatted(name, absent, key.value(), oneOf(key)));
      }
    }
  }

  private static String oneOf(Key key) {
    return key.oneOf().length == 0 ? "" : "; one of " + String.join(", ", key.oneOf());
  }
}
