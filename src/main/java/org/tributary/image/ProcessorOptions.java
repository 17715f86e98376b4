package org.tributary.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;

/**
 * The values of a {@code preprocessor_config.json}. It collects the problems, so that all of them
 * are reported at once.
 *
 * @param json the file
 * @param problems receives the problems
 */
record ProcessorOptions(JsonNode json, List<String> problems) {
  boolean flag(String key, boolean absent) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isBoolean()) {
      problems.add("%s: %s is neither true nor false; correct it".formatted(key, value));
    }
    return value.asBoolean();
  }

  double number(String key, double absent) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isNumber()) {
      problems.add("%s: %s is not a number; correct it".formatted(key, value));
    }
    return value.asDouble();
  }

  float[] values(String key, double absent, int channels) {
    JsonNode value = json.path(key);
    if (value.isNumber()) {
      return filled(channels, value.floatValue());
    }
    if (value.isMissingNode() || value.isNull()) {
      if (Double.isNaN(absent)) {
        problems.add(key + ": is missing; give one number for each channel");
      }
      return filled(channels, (float) absent);
    }
    if (!value.isArray()) {
      problems.add(
          "%s: %s is not a list of numbers; give one for each channel".formatted(key, value));
      return filled(channels, 1);
    }
    float[] values = new float[value.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.get(i).floatValue();
      if (!value.get(i).isNumber()) {
        problems.add("%s: %s is not a number; correct it".formatted(key, value.get(i)));
      }
    }
    if (values.length != channels) {
      problems.add(
          "%s: has %d numbers, the model takes %d channels; give one for each"
              .formatted(key, values.length, channels));
    }
    return values;
  }

  static float[] filled(int channels, float value) {
    float[] values = new float[channels];
    Arrays.fill(values, value);
    return values;
  }
}
