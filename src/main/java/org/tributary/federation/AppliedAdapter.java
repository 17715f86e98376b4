package org.tributary.federation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftNotes;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.protocol.HostTensor;

/**
 * An adapter beside its base model, for computing with both.
 *
 * @param tensors A, B and modules saved whole, by the base model's names
 * @param scalings the factor s before B A, by layer
 */
record AppliedAdapter(Map<String, HostTensor> tensors, Map<String, Double> scalings) {
  /**
   * Puts an adapter on a model.
   *
   * @param where the adapter's folder, for messages
   * @param base the model
   * @param adapter whose names are those of the model with a head
   * @return what the program is given
   * @throws WrongInput that names the tensors that fit nothing in the model, at most ten
   */
  static AppliedAdapter of(String where, BaseModel base, PeftAdapter adapter) {
    Architecture architecture = base.architecture();
    Map<String, long[]> layers = architecture.linearLayers();
    Map<String, long[]> weights = new HashMap<>();
    base.used().forEach((name, entry) -> weights.put(name, entry.shape()));
    Map<String, String> ours = new HashMap<>();
    layers.keySet().forEach(layer -> ours.put(architecture.nameWithHead(layer), layer));
    weights.keySet().forEach(name -> ours.put(architecture.nameWithHead(name), name));
    List<String> problems = new ArrayList<>();
    Map<String, HostTensor> tensors = new TreeMap<>();
    Map<String, Double> scalings = new TreeMap<>();
    for (String module : adapter.modules()) {
      String layer = ours.get(architecture.nameFromPeft(module));
      HostTensor a = adapter.tensors().get(module + PeftAdapter.LORA_A);
      HostTensor b = adapter.tensors().get(module + PeftAdapter.LORA_B);
      long[] linear = layer == null ? null : layers.get(layer);
      if (linear == null || b.shape()[0] != linear[0] || a.shape()[1] != linear[1]) {
        problems.add(misfit(module + PeftAdapter.LORA_A, a));
      } else {
        tensors.put(layer + PeftAdapter.LORA_A, a);
        tensors.put(layer + PeftAdapter.LORA_B, b);
        scalings.put(layer, adapter.config().scaling(module));
      }
    }
    // A new classifier takes the place of the model's, which may be for other classes.
    List<String> labels = PeftNotes.labels(adapter);
    if (!labels.isEmpty()) {
      weights.putAll(architecture.head(labels.size()));
    }
    adapter
        .saved()
        .forEach(
            (name, tensor) -> {
              String stored = architecture.nameFromPeft(name);
              String own = ours.getOrDefault(stored, stored);
              long[] shape = weights.getOrDefault(own, head(architecture, own, tensor));
              if (shape == null || !Arrays.equals(shape, tensor.shape())) {
                problems.add(misfit(name, tensor));
              }
              tensors.put(own, tensor);
            });
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          "adapter: %s is none of the model at %s:".formatted(where, base.files().folder()),
          problems);
    }
    return new AppliedAdapter(tensors, scalings);
  }

  /** The shape that a tensor of a new head has, for as many classes as it is for; null for none. */
  private static long[] head(Architecture architecture, String name, HostTensor tensor) {
    return tensor.shape().length == 0
        ? null
        : architecture.head(Math.toIntExact(tensor.shape()[0])).get(name);
  }

  private static String misfit(String name, HostTensor tensor) {
    return "tensor %s %s fits no layer that adapters can be put on"
        .formatted(name, Arrays.toString(tensor.shape()));
  }

  /** The weights of both, each name once. */
  Map<String, HostTensor> with(Map<String, HostTensor> weights) {
    Map<String, HostTensor> both = new TreeMap<>(weights);
    both.putAll(tensors);
    return both;
  }
}
