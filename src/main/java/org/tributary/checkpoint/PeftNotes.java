package org.tributary.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tributary.json.Json;

/**
 * Notes that Tributary adds to adapters with a classifier: the classes and the pooling. They are in
 * the header of adapter_model.safetensors, which peft ignores.
 */
public final class PeftNotes {
  private static final String LABELS = "tributary.labels";
  private static final String POOLING = "tributary.pooling";

  private PeftNotes() {}

  /**
   * An adapter's notes.
   *
   * @param labels classes of a new classifier, in the order of its rows; empty if those of the
   *     model do not change
   * @param pooling how token states become one vector
   * @return texts for {@link PeftAdapter#metadata}
   */
  public static Map<String, String> of(List<String> labels, String pooling) {
    ArrayNode array = Json.object().putArray(LABELS);
    labels.forEach(array::add);
    Map<String, String> notes = new TreeMap<>(Map.of(POOLING, pooling));
    if (!labels.isEmpty()) {
      notes.put(LABELS, array.toString());
    }
    return notes;
  }

  /**
   * The classes of the adapter's classifier.
   *
   * @param adapter may have notes
   * @return in the order of the classifier's rows; empty without a note
   */
  public static List<String> labels(PeftAdapter adapter) {
    List<String> labels = new ArrayList<>();
    try {
      Json.tree(adapter.metadata().getOrDefault(LABELS, "[]")).forEach(n -> labels.add(n.asText()));
    } catch (JsonProcessingException e) {
      // It is a note of another program under the same name.
      return List.of();
    }
    return labels;
  }

  /**
   * The pooling.
   *
   * @param adapter may have notes
   * @return empty without a note
   */
  public static Optional<String> pooling(PeftAdapter adapter) {
    return Optional.ofNullable(adapter.metadata().get(POOLING));
  }
}
