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
  private final String section;
  private final List<String> problems;

  /** Two lengths of a picture. */
  record Sides(int height, int width) {}

  ConfigJson(JsonNode json) {
    this(json, "", new ArrayList<>());
  }

  private ConfigJson(JsonNode json, String section, List<String> problems) {
    this.json = json;
    this.section = section;
    this.problems = problems;
  }

  /** A part of the file, whose problems are told with those of the whole. */
  ConfigJson section(String key) {
    if (!json.path(key).isObject()) {
      problem(key + " must be an object, got " + shown(json.path(key)));
    }
    return new ConfigJson(json.path(key), section + key + ".", problems);
  }

  int size(String key) {
    JsonNode value = json.path(key);
    if (isSize(value)) {
      return value.intValue();
    }
    problem(key + " must be a whole number above 0, got " + shown(value));
    return 1;
  }

  int size(String key, int absent) {
    return json.hasNonNull(key) ? size(key) : absent;
  }

  /** One number for both sides, or [height, width]. */
  Sides sides(String key, int absent) {
    JsonNode value = json.path(key);
    if (!value.isArray()) {
      int side = size(key, absent);
      return new Sides(side, side);
    }
    if (value.size() == 2 && isSize(value.get(0)) && isSize(value.get(1))) {
      return new Sides(value.get(0).intValue(), value.get(1).intValue());
    }
    problem(key + " must be a whole number above 0 or two of them, got " + shown(value));
    return new Sides(absent, absent);
  }

  private static boolean isSize(JsonNode value) {
    return value.isInt() && value.intValue() > 0;
  }

  double number(String key, double absent) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isNumber()) {
      problem(key + " must be a number, got " + shown(value));
    }
    return value.asDouble();
  }

  boolean flag(String key, boolean absent) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isBoolean()) {
      problem(key + " must be true or false, got " + shown(value));
    }
    return value.asBoolean();
  }

  String choice(String key, String absent, Set<String> supported) {
    String value = json.hasNonNull(key) ? json.get(key).asText() : absent;
    if (!supported.contains(value)) {
      problem(key + " \"" + value + "\" is not supported; supported: " + sorted(supported));
    }
    return value;
  }

  void problem(String problem) {
    problems.add(section + problem);
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
