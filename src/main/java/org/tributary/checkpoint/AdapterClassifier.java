package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.protocol.HostTensor;

/**
 * The classifier that an adapter brings, which a merged model gets.
 *
 * @param adapter was trained with it
 * @param labels its classes according to the notes of the adapter; empty if they say nothing
 */
record AdapterClassifier(PeftAdapter adapter, List<String> labels) {
  /** The layers whose rows are classes. */
  private static final Set<String> MODULES = Set.of("classifier", "classifier.out_proj", "score");

  /**
   * Whether a tensor replaces that of the model: the notes name as many classes as it has rows.
   *
   * @param name of both tensors
   * @param before shape in the model
   * @param now shape in the adapter
   */
  boolean replaces(String name, long[] before, long[] now) {
    if (labels.isEmpty() || before.length == 0 || !isClassifier(name)) {
      return false;
    }
    long[] shape = before.clone();
    shape[0] = labels.size();
    return Arrays.equals(shape, now);
  }

  private static boolean isClassifier(String name) {
    return MODULES.contains(name.substring(0, Math.max(0, name.lastIndexOf('.'))));
  }

  /** The weight of a classifier among tensors; null if there is none. */
  static HostTensor weight(Map<String, HostTensor> tensors) {
    return tensors.entrySet().stream()
        .filter(e -> e.getKey().endsWith(".weight") && isClassifier(e.getKey()))
        .map(Map.Entry::getValue)
        .filter(weight -> weight.shape().length == 2)
        .findFirst()
        .orElse(null);
  }

  /**
   * Writes the classes and the pooling of the classifier into a model's configuration.
   *
   * @param config is changed
   * @param rows of the classifier, one for each class
   * @return the same configuration
   */
  ObjectNode config(ObjectNode config, int rows) {
    List<String> names = new ArrayList<>(labels);
    if (names.size() != rows) {
      names.clear();
      for (int i = 0; i < rows; i++) {
        String before = config.path("id2label").path(Integer.toString(i)).asText("LABEL_" + i);
        names.add(config.path("id2label").size() == rows ? before : "LABEL_" + i);
      }
    }
    boolean images = config.has("image_size") || config.has("vision_config");
    HeadConfig.put(config, names, images ? "ForImageClassification" : "ForSequenceClassification");
    PeftNotes.pooling(adapter).ifPresent(pooling -> config.put(HeadConfig.POOLING, pooling));
    return config;
  }
}
