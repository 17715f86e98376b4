package org.tributary.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.json.Json;

/**
 * Parameters and metrics in the form of MLflow's {@code log-batch}, within its limits: 100
 * parameters and 1000 metrics in a request of at most 1 MB, and 6000 characters for the value of a
 * parameter.
 */
final class MlflowBatches {
  private static final int METRICS = 1000;

  private static final int PARAMETERS = 100;
  private static final int LONGEST_VALUE = 6000;
  private static final int LONGEST_VALUE_OF_OLD = 250;

  /** So many characters of JSON have less than 1 MB in UTF-8. */
  private static final int CHARACTERS = 250_000;

  private MlflowBatches() {}

  /**
   * A configuration as parameters: dotted keys with their values. What has other names inside than
   * keys of a configuration, such as {@code data.templateVariables}, is one value as JSON. Keys
   * without a value are left out.
   *
   * @param config a tree
   * @return values by key, cut at MLflow's limit
   */
  static SortedMap<String, String> parameters(JsonNode config) {
    SortedMap<String, String> parameters = new TreeMap<>();
    parameters("", config, parameters);
    return parameters;
  }

  private static void parameters(String prefix, JsonNode tree, Map<String, String> parameters) {
    for (Iterator<Map.Entry<String, JsonNode>> keys = tree.fields(); keys.hasNext(); ) {
      Map.Entry<String, JsonNode> key = keys.next();
      String name = prefix + key.getKey();
      JsonNode value = key.getValue();
      if (isSection(value)) {
        parameters(name + ".", value, parameters);
      } else if (!value.isNull()) {
        String text = value.isValueNode() ? value.asText() : Json.text(value);
        parameters.put(name, cut(text, LONGEST_VALUE));
      }
    }
  }

  private static boolean isSection(JsonNode value) {
    if (!value.isObject() || value.isEmpty()) {
      return false;
    }
    for (Iterator<String> names = value.fieldNames(); names.hasNext(); ) {
      if (!names.next().matches("[A-Za-z][A-Za-z0-9]*")) {
        return false;
      }
    }
    return true;
  }

  /** The same for servers of early releases, which refuse values that are longer. */
  static SortedMap<String, String> cutForOld(Map<String, String> parameters) {
    SortedMap<String, String> cut = new TreeMap<>(parameters);
    cut.replaceAll((key, value) -> cut(value, LONGEST_VALUE_OF_OLD));
    return cut;
  }

  /** Does not cut a character of two chars in halves. */
  private static String cut(String value, int longest) {
    if (value.length() <= longest) {
      return value;
    }
    boolean halves = Character.isHighSurrogate(value.charAt(longest - 1));
    return value.substring(0, halves ? longest - 1 : longest);
  }

  /**
   * Entries with {@code key} and {@code value}, for parameters and tags.
   *
   * @param values by key
   */
  static List<ObjectNode> pairs(Map<String, String> values) {
    List<ObjectNode> pairs = new ArrayList<>();
    values.forEach((key, value) -> pairs.add(Json.object().put("key", key).put("value", value)));
    return pairs;
  }

  /**
   * A metric.
   *
   * @param key its name
   * @param value MLflow takes numbers that are not finite as texts
   * @param round when it was measured
   */
  static ObjectNode metric(String key, double value, TrackedRound round) {
    ObjectNode metric = Json.object().put("key", key);
    if (Double.isFinite(value)) {
      metric.put("value", value);
    } else {
      metric.put("value", Double.toString(value));
    }
    return metric.put("timestamp", round.millis()).put("step", round.round());
  }

  /**
   * Metrics in batches.
   *
   * @param metrics all that have to be sent
   */
  static List<List<ObjectNode>> ofMetrics(List<ObjectNode> metrics) {
    List<List<ObjectNode>> batches = new ArrayList<>();
    for (int from = 0; from < metrics.size(); from += METRICS) {
      batches.add(metrics.subList(from, Math.min(metrics.size(), from + METRICS)));
    }
    return batches;
  }

  /**
   * Parameters in batches.
   *
   * @param parameters values by key
   */
  static List<SortedMap<String, String>> ofParameters(Map<String, String> parameters) {
    List<SortedMap<String, String>> batches = new ArrayList<>();
    int characters = CHARACTERS;
    SortedMap<String, String> batch = new TreeMap<>();
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      int more = Json.text(parameter.getValue()).length() + parameter.getKey().length();
      characters += more;
      if (batch.size() == PARAMETERS || characters > CHARACTERS) {
        batch = new TreeMap<>();
        batches.add(batch);
        characters = more;
      }
      batch.put(parameter.getKey(), parameter.getValue());
    }
    return batches;
  }
}
