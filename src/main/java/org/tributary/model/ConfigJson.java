package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tributary.error.WrongInput;

/**
 * Reads a {@code config.json} and gathers what is wrong with it, to be told all at once. Values
 * that a family does not support are refused by name, never approximated.
 */
final class ConfigJson {
  private final JsonNode json;
  private final List<String> problems = new ArrayList<>();

  ConfigJson(JsonNode json) {
    this.json = json;
  }

  int size(String key) {
    JsonNode value = json.path(key);
    if (value.isInt() && value.intValue() > 0) {
      return value.intValue();
    }
    problems.add(key + " must be a whole number above 0, got " + shown(value));
    return 1;
  }

  int size(String key, int absent) {
    return json.hasNonNull(key) ? size(key) : absent;
  }

  double number(String key, double absent) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isNumber()) {
      problems.add(key + " must be a number, got " + shown(value));
    }
    return value.asDouble();
  }

  boolean flag(String key, boolean absent) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isBoolean()) {
      problems.add(key + " must be true or false, got " + shown(value));
    }
    return value.asBoolean();
  }

  String choice(String key, String absent, Set<String> supported) {
    String value = json.hasNonNull(key) ? json.get(key).asText() : absent;
    if (!supported.contains(value)) {
      problems.add(key + " \"" + value + "\" is not supported; supported: " + sorted(supported));
    }
    return value;
  }

  void problem(String problem) {
    problems.add(problem);
  }

  /** Throws if anything was wrong so far. */
  void check() {
    if (!problems.isEmpty()) {
      throw WrongInput.all("config.json of the model:", problems);
    }
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "nothing" : value.toString();
  }

  private static String sorted(Set<String> names) {
    return String.join(", ", names.stream().sorted().toList());
  }
}
