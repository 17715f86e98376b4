package org.tributary.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.tributary.error.WrongInput;

/**
 * One section of a tokenizer.json with typed access to its keys. What has another type, or is out
 * of bounds, is refused by the path of its key.
 *
 * @param file what messages call the file
 * @param path of the section, such as {@code normalizer.normalizers[1]}
 * @param node the section
 */
record JsonSection(String file, String path, JsonNode node) {

  /** The section as an object, for what reads it as a whole. */
  ObjectNode object() {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw wrong("", "must be a section");
  }

  /** Whether a key is absent or null. */
  boolean lacks(String key) {
    return node.path(key).isMissingNode() || node.path(key).isNull();
  }

  /** The kind of this section. */
  String type() {
    return text("type", 100);
  }

  /** A section below this one. */
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

  /** A key that is true or false. */
  boolean flag(String key) {
    JsonNode value = node.path(key);
    if (!value.isBoolean()) {
      throw wrong(key, "must be true or false");
    }
    return value.booleanValue();
  }

  /** A key that is true or false, with a value where it is absent. */
  boolean flag(String key, boolean otherwise) {
    return lacks(key) ? otherwise : flag(key);
  }

  /** A key that is a whole number. */
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

  /** A key that is a text of so many characters at most. */
  String text(String key, int most) {
    JsonNode value = node.path(key);
    if (!value.isTextual() || value.textValue().length() > most) {
      throw wrong(key, "must be a text of at most %,d characters".formatted(most));
    }
    return value.textValue();
  }

  /** A key that is a text, or null where it is absent. */
  String textOrNull(String key, int most) {
    return lacks(key) ? null : text(key, most);
  }

  /** A key that is one character. */
  String character(String key) {
    String value = text(key, 2);
    if (value.codePointCount(0, value.length()) != 1) {
      throw wrong(key, "must be one character");
    }
    return value;
  }

  /** A key that is one of some words. */
  String choice(String key, List<String> choices) {
    String value = text(key, 100);
    if (!choices.contains(value)) {
      throw wrong(key, "must be one of " + String.join(", ", choices));
    }
    return value;
  }

  /** A refusal that names a key; the section itself where the key is empty. */
  WrongInput wrong(String key, String problem) {
    return unwanted(
        key,
        problem
            + "; copy the file again from its model, or, where transformers loads it, save it again with save_pretrained");
  }

  /** Refuses something valid that is not supported here; the message says how to fix it. */
  WrongInput unwanted(String key, String problem) {
    String where = key.isEmpty() ? path : name(key);
    return new WrongInput("%s: %s %s".formatted(file, where, problem));
  }

  private String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
