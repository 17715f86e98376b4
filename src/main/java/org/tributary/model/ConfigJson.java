package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.error.WrongInput;

/**
 * Reads a {@code config.json} and collects its problems, so that all of them are reported at once.
 * Values that a family does not support are refused by name and never approximated.
 */
final class ConfigJson {
  /**
   * The largest allowed vocabulary, width or length of a model; products of two of them fit into a
   * long.
   */
  private static final int LARGEST = 1 << 24;

  private final JsonNode json;
  private final String section;
  private final List<String> problems;

  /** Two side lengths of an image. */
  record Sides(int height, int width) {}

  ConfigJson(JsonNode json) {
    this(json, "", new ArrayList<>());
    refuse("quantization_config", "save the weights in float32, float16 or bfloat16");
  }

  private ConfigJson(JsonNode json, String section, List<String> problems) {
    this.json = json;
    this.section = section;
    this.problems = problems;
  }

  /** A part of the file; its problems are reported with those of the whole file. */
  ConfigJson section(String key) {
    if (!json.path(key).isObject()) {
      problem(key + " must be an object, got " + shown(json.path(key)));
    }
    return new ConfigJson(json.path(key), section + key + ".", problems);
  }

  /**
   * A part of the file that may leave keys out.
   *
   * @param absent the values of keys that the part leaves out
   */
  ConfigJson section(String key, Map<String, Integer> absent) {
    ConfigJson part = section(key);
    if (!(part.json instanceof ObjectNode object)) {
      return part;
    }
    ObjectNode whole = object.deepCopy();
    absent.forEach(
        (name, value) -> {
          if (!whole.hasNonNull(name)) {
            whole.put(name, value);
          }
        });
    return new ConfigJson(whole, part.section, problems);
  }

  boolean has(String key) {
    return json.hasNonNull(key);
  }

  /** Whether a key is null, which for some families is not the same as a missing key. */
  boolean isNull(String key) {
    return json.path(key).isNull();
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
    return value.isInt() && value.intValue() > 0 && value.intValue() <= LARGEST;
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

  /** A list of texts; empty if there is none. */
  List<String> texts(String key) {
    JsonNode value = json.path(key);
    List<String> texts = new ArrayList<>();
    if (has(key) && !value.isArray()) {
      problem(key + " must be a list, got " + shown(value));
    }
    value.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** The text of an activation function in {@link Activations}. */
  String activation(String key, String absent) {
    return Activations.TEXT.get(choice(key, absent, Activations.TEXT.keySet()));
  }

  /** Refuses a key that asks for something unsupported. */
  void refuse(String key, String wayOut) {
    if (has(key)) {
      problem(key + " is not supported: " + wayOut);
    }
  }

  /** Refuses all values except one of an optional key. */
  void only(String key, Object supported) {
    JsonNode value = json.path(key);
    boolean equal =
        supported instanceof Number number
            ? value.isNumber() && value.doubleValue() == number.doubleValue()
            : value.isBoolean() && supported.equals(value.booleanValue());
    if (has(key) && !equal) {
      problem("%s %s is not supported; supported: %s".formatted(key, shown(value), supported));
    }
  }

  /** Refuses keys that this program does not read. */
  void onlyKeys(String what, Set<String> common, Set<String> keys) {
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (has(key) && !common.contains(key) && !keys.contains(key)) {
                problem("%s is not supported for \"%s\"".formatted(key, what));
              }
            });
  }

  /** Refuses classifiers whose loss is not that of one class per row. */
  void oneLabelARow() {
    String one = "single_label_classification";
    choice("problem_type", one, Set.of(one));
  }

  /** Refuses layers without attention to all earlier tokens. */
  void fullAttention() {
    for (JsonNode type : json.path("layer_types")) {
      if (!type.asText().equals("full_attention")) {
        problem("layer_types %s is not supported; supported: full_attention".formatted(type));
        return;
      }
    }
  }

  double positive(String key) {
    if (!has(key)) {
      problem(key + " must be a number above 0, got " + shown(json.path(key)));
      return 1;
    }
    return positive(key, 1);
  }

  double positive(String key, double absent) {
    double value = number(key, absent);
    if (value > 0 && value < Double.POSITIVE_INFINITY) {
      return value;
    }
    problem(key + " must be a number above 0, got " + shown(json.path(key)));
    return 1;
  }

  /** A number above 0 that may be switched off by null: 0 then. */
  double positiveOrNone(String key, double absent) {
    if (isNull(key)) {
      return 0;
    }
    return absent == 0 && !has(key) ? 0 : positive(key, absent);
  }

  /** The padding token; nothing depends on it. It is 0 if there is none or it is -1. */
  long padToken(int vocabulary) {
    long pad = Math.max(0, (long) number("pad_token_id", 0));
    if (pad >= vocabulary) {
      problem("pad_token_id %d is outside the vocabulary".formatted(pad));
    }
    return pad;
  }

  /**
   * The padding token that the class of transformers for classification does not read.
   *
   * @param absent the family's default; -1 for none
   * @return its id; -1 if there is none
   */
  long padding(long absent) {
    return isNull("pad_token_id") ? -1 : (long) number("pad_token_id", absent);
  }

  void problem(String problem) {
    if (!problems.contains(section + problem)) {
      problems.add(section + problem);
    }
  }

  /** Throws if there have been problems. */
  void check() {
    if (!problems.isEmpty()) {
      throw WrongInput.all("config.json of the model:", problems);
    }
  }

  private static String shown(JsonNode value) {
    boolean large = value.isIntegralNumber() && value.doubleValue() > LARGEST;
    return (value.isMissingNode() ? "nothing" : value.toString())
        + (large ? ", more than any model has (" + LARGEST + ")" : "");
  }

  private static String sorted(Set<String> names) {
    return String.join(", ", names.stream().sorted().toList());
  }
}
