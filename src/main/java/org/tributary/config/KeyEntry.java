package org.tributary.config;

import java.util.ArrayList;
import java.util.List;

/**
 * One key of a configuration, for the reference and the JSON Schema.
 *
 * @param name dotted name
 * @param type of the component; a record for a section
 * @param key its annotation
 * @param operational whether it may change when a run resumes, by itself or with its section
 * @param readers the methods that read it
 */
record KeyEntry(String name, Class<?> type, Key key, boolean operational, Readers readers) {

  /**
   * The methods that read a key.
   *
   * @param choices the names that are allowed as the key's value; empty for other keys
   * @param only the methods whose settings have the key; empty for keys of the configuration itself
   * @param without the methods that do not read it although it is a key of the configuration itself
   */
  record Readers(List<String> choices, List<String> only, List<String> without) {
    Readers {
      choices = List.copyOf(choices);
      only = List.copyOf(only);
      without = List.copyOf(without);
    }

    /** The same key, also read by a further method. */
    Readers and(String method) {
      List<String> more = new ArrayList<>(only);
      more.add(method);
      return new Readers(choices, more, without);
    }
  }

  /** Whether it is a section, with keys below it. */
  boolean isSection() {
    return type.isRecord();
  }

  /** The value of an absent key, as YAML; null if it is required, or has none. */
  String byDefault() {
    return key.byDefault().isEmpty() ? null : key.byDefault();
  }

  /**
   * A value to show.
   *
   * @return YAML text; the key's example, or another truth value or choice than the default
   */
  String example() {
    if (!key.example().isEmpty()) {
      return key.example();
    }
    if (type == boolean.class || type == Boolean.class) {
      return String.valueOf(!Boolean.parseBoolean(key.byDefault()));
    }
    List<String> allowed = readers.choices().isEmpty() ? List.of(key.oneOf()) : readers.choices();
    return allowed.stream()
        .filter(value -> !value.equals(key.byDefault()))
        .findFirst()
        .orElse(key.byDefault());
  }

  /** Whether the key's annotation and type are the same. */
  boolean isLike(KeyEntry other) {
    return name.equals(other.name) && type == other.type && key.equals(other.key);
  }
}
