package org.tributary.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tributary.checkpoint.LoraProduct;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftNotes;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.checkpoint.TiedWeights;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/**
 * An adapter that is applied to its base model, for computing with both.
 *
 * @param tensors A, B and modules saved whole, by the base model's names
 * @param scalings the factor s before B A, by layer
 */
public record AppliedAdapter(Map<String, HostTensor> tensors, Map<String, Double> scalings) {
  /**
   * Applies an adapter to a model.
   *
   * @param where the adapter's folder, for messages
   * @param base the model
   * @param adapter whose names are those of the model with a head
   * @return the tensors for the program
   * @throws WrongInput if tensors do not fit the model; names at most ten of them
   * @throws IOException if a file system fails
   */
  public static AppliedAdapter of(String where, BaseModel base, PeftAdapter adapter)
      throws IOException {
    Fitting fitting = new Fitting(base, adapter);
    for (String module : adapter.modules()) {
      fitting.pair(module);
    }
    adapter.saved().forEach(fitting::whole);
    fitting.tied();
    if (!fitting.problems.isEmpty()) {
      throw WrongInput.some(
          "adapter: %s does not fit the model at %s:".formatted(where, base.files().folder()),
          fitting.problems);
    }
    return new AppliedAdapter(fitting.tensors, fitting.scalings);
  }

  /** Compares the adapter's tensors with the model's, one after the other. */
  private static final class Fitting {
    private static final String WEIGHT = ".weight";

    private final BaseModel base;
    private final Architecture architecture;
    private final PeftAdapter adapter;
    private final Map<String, long[]> layers;
    private final Map<String, long[]> weights = new HashMap<>();
    private final Map<String, String> ours = new HashMap<>();
    private final Map<String, HostTensor> tensors = new TreeMap<>();
    private final Map<String, Double> scalings = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    Fitting(BaseModel base, PeftAdapter adapter) {
      this.base = base;
      this.adapter = adapter;
      architecture = base.architecture();
      layers = new HashMap<>(architecture.linearLayers());
      layers.keySet().removeIf(layer -> !base.used().containsKey(layer + WEIGHT));
      weights.putAll(architecture.poolerWeights());
      base.used().forEach((name, entry) -> weights.put(name, entry.shape()));
      layers.keySet().forEach(layer -> ours.put(architecture.nameWithHead(layer), layer));
      weights.keySet().forEach(name -> ours.put(architecture.nameWithHead(name), name));
      // A new classifier replaces the model's, which may be for other classes.
      List<String> labels = PeftNotes.labels(adapter);
      if (!labels.isEmpty()) {
        weights.putAll(architecture.head(labels.size()));
      }
    }

    void pair(String module) throws IOException {
      String layer = ours.get(architecture.nameFromPeft(module));
      HostTensor a = adapter.tensors().get(module + PeftAdapter.LORA_A);
      HostTensor b = adapter.tensors().get(module + PeftAdapter.LORA_B);
      long[] linear = layer == null ? null : layers.get(layer);
      if (linear == null) {
        merge(module, a, b);
      } else if (b.shape()[0] != linear[0] || a.shape()[1] != linear[1]) {
        misfit(module + PeftAdapter.LORA_A, a);
      } else {
        tensors.put(layer + PeftAdapter.LORA_A, a);
        tensors.put(layer + PeftAdapter.LORA_B, b);
        scalings.put(layer, adapter.config().scaling(module));
        adapter.weight(module).ifPresent(weight -> tensors.put(layer + WEIGHT, weight));
      }
    }

    /**
     * Replaces W by W + s B A, for layers that runs do not adapt, such as a classifier. Layers that
     * the model has but does not use, such as those of another head, are ignored.
     */
    private void merge(String module, HostTensor a, HostTensor b) throws IOException {
      String name = own(module + WEIGHT);
      SafeTensorsHeader.Entry entry = base.files().tensors().get(name);
      long[] shape = {b.shape()[0], a.shape()[1]};
      if (entry == null && architecture.tiedWeights().containsKey(name)) {
        return;
      }
      if (entry == null || !Arrays.equals(entry.shape(), shape)) {
        misfit(module + PeftAdapter.LORA_A, a);
      } else if (base.used().containsKey(name)) {
        HostTensor w =
            adapter.weight(module).isPresent()
                ? adapter.weight(module).get()
                : base.files().tensor(name);
        double scaling = adapter.config().scaling(module);
        tensors.put(name, LoraProduct.add(w.to(DType.F32), scaling, a, b, false));
      }
    }

    void whole(String name, HostTensor tensor) {
      String own = own(name);
      if (architecture.tiedWeights().containsKey(own)) {
        return;
      }
      long[] shape = weights.getOrDefault(own, head(own, tensor));
      if (shape == null) {
        misfit(name, tensor);
      } else if (!Arrays.equals(shape, tensor.shape())) {
        problems.add(adapter.misfit(name, shape));
      }
      tensors.put(own, tensor);
    }

    private String own(String name) {
      String stored = architecture.nameFromPeft(name);
      return ours.getOrDefault(stored, stored);
    }

    /** Checks that tied matrices of the model stay tied. */
    void tied() {
      Map<String, HostTensor> saved = new TreeMap<>();
      adapter.saved().forEach((name, tensor) -> saved.put(own(name), tensor));
      Set<String> adapted = new TreeSet<>();
      adapter.modules().forEach(module -> adapted.add(own(module + WEIGHT)));
      problems.addAll(TiedWeights.problems(architecture.tiedWeights(), saved, adapted));
    }

    /** The shape of a tensor of a new head with its number of classes; or null. */
    private long[] head(String name, HostTensor tensor) {
      return tensor.shape().length == 0
          ? null
          : architecture.head(Math.toIntExact(tensor.shape()[0])).get(name);
    }

    private void misfit(String name, HostTensor tensor) {
      problems.add(
          "tensor %s %s fits no layer of the model"
              .formatted(name, Arrays.toString(tensor.shape())));
    }
  }

  /** The weights of both; each name occurs once. */
  public Map<String, HostTensor> with(Map<String, HostTensor> weights) {
    Map<String, HostTensor> both = new TreeMap<>(weights);
    both.putAll(tensors);
    return both;
  }
}
