package org.tributary.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.tributary.error.WrongInput;

/**
 * One section of a tokenizer.json with typed access to its keys. A value of another type or out of
 * bounds is refused, with the path of its key.
 *
 * @param file name of the file in messages
 * @param path path of the section, such as {@code normalizer.normalizers[1]}
 * @param node the section
 */
record JsonSection(String file, String path, JsonNode node) {

  /** The section as an object, for code that reads all of it. */
  ObjectNode object() {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw wrong("", "must be a section");
  }

  /** Whether a key is missing or null. */
  boolean lacks(String key) {
    return node.path(key).isMissingNode() || node.path(key).isNull();
  }

  /** The kind of this section. */
  String type() {
    return text("type", 100);
  }

  /** A section within this one. */
  JsonSection part(String key) {
    return new JsonSection(file, name(key), node.path(key));
  }

  /** The sections of a list. */
  List<JsonSection> list(String key, int most) {
    JsonNode list = node.path(key);
    if (!list.isArray() || list.size() > most) {
      throw wrong(key, "must be a list of at most %,d".formatted(most));
    }
    List<JsonSection> parts = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      parts.add(new JsonSection(file, "%s[%d]".formatted(name(key), i), list.get(i)));
    }
    return parts;
  }

  /** The value of a boolean key. */
  boolean flag(String key) {
    JsonNode value = node.path(key);
    if (!value.isBoolean()) {
      throw wrong(key, "must be true or false");
    }
    return value.booleanValue();
  }

  /** The value of a boolean key, with a default. */
  boolean flag(String key, boolean otherwise) {
    return lacks(key) ? otherwise : flag(key);
  }

  /** The value of an integer key. */
  int number(String key, int least, int most) {
    JsonNode value = node.path(key);
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < least
        || value.intValue() > most) {
      throw wrong(key, "must be a whole number from %,d to %,d".formatted(least, most));
    }
    return value.intValue();
  }

  /** The value of a string key with a maximum length. */
  String text(String key, int most) {
    JsonNode value = node.path(key);
    if (!value.isTextual() || value.textValue().length() > most) {
      throw wrong(key, "must be a text of at most %,d characters".formatted(most));
    }
    return value.textValue();
  }

  /** The value of a string key, or null if the key is missing. */
  String textOrNull(String key, int most) {
    return lacks(key) ? null : text(key, most);
  }

  /** The value of a key with one character. */
  String character(String key) {
    String value = text(key, 2);
    if (value.codePointCount(0, value.length()) != 1) {
      throw wrong(key, "must be one character");
    }
    return value;
  }

  /** The value of a key with fixed choices. */
  String choice(String key, List<String> choices) {
    String value = text(key, 100);
    if (!choices.contains(value)) {
      throw wrong(key, "must be one of " + String.join(", ", choices));
    }
    return value;
  }

  /** An error that names a key, or the section itself if the key is empty. */
  WrongInput wrong(String key, String problem) {
    return unwanted(
        key,
        problem
            + "; copy the file again from its model, or, if transformers loads it, save it again with save_pretrained");
  }

  /** An error for a valid value that is not supported here. The message says how to fix it. */
  WrongInput unwanted(String key, String problem) {
    String where = key.isEmpty() ? path : name(key);
    return new WrongInput("%s: %s %s".formatted(file, where, problem));
  }

  private String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
