package org.tributary.run;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tributary.config.FrameworkSection;
import org.tributary.model.Lora;
import org.tributary.model.WeightNames;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Trainables;

/**
 * The tensors that a run can train, according to the configuration and the base model: the weights
 * that {@code framework.train} names, a newly initialized classifier, and adapters.
 */
final class RunTrainables {
  private static final String WEIGHT = ".weight";

  private final FrameworkSection section;
  private final BaseModel base;
  private final Map<String, long[]> newHead;
  private final Map<String, long[]> adapted;

  /**
   * Finds the layers with adapters.
   *
   * @param section of the configuration
   * @param base the base model
   * @param newHead shapes of a newly initialized classifier
   * @throws org.tributary.error.WrongInput if a target or a name matches nothing
   */
  RunTrainables(FrameworkSection section, BaseModel base, Map<String, long[]> newHead) {
    this.section = section;
    this.base = base;
    this.newHead = newHead;
    adapted = lora() == null ? Map.of() : lora().layers(adaptable());
  }

  /** The adapters of the configuration; null if it has none. */
  Lora lora() {
    FrameworkSection.Lora l = section.lora();
    return l == null ? null : new Lora(l.rank(), l.alpha(), l.rslora(), l.targets());
  }

  /** The layers with adapters, shape [out, in] by name. */
  Map<String, long[]> adapted() {
    return adapted;
  }

  /** The adapters in the form that merges use; null if there are none. */
  Adapters adapters() {
    return lora() == null ? null : lora().adapters(transposed());
  }

  private Set<String> transposed() {
    return adapted.keySet().stream()
        .filter(base.architecture()::transposed)
        .map(layer -> layer + WEIGHT)
        .collect(Collectors.toSet());
  }

  /** The layers that can have adapters. A pooler that is new or trained in full cannot. */
  private Map<String, long[]> adaptable() {
    Set<String> pooler = base.architecture().poolerWeights().keySet();
    Set<String> full = new HashSet<>(newHead.keySet());
    if (!section.train().isEmpty()) {
      full.addAll(named().keySet());
    }
    Map<String, long[]> layers = new LinkedHashMap<>(base.architecture().linearLayers());
    layers
        .keySet()
        .removeIf(layer -> pooler.contains(layer + WEIGHT) && full.contains(layer + WEIGHT));
    return layers;
  }

  /** The weights that {@code framework.train} names, or all weights if it names none. */
  private SortedMap<String, long[]> named() {
    SortedMap<String, long[]> weights = new TreeMap<>();
    base.used().forEach((name, entry) -> weights.put(name, entry.shape()));
    List<String> named = section.train();
    return named.isEmpty() ? weights : WeightNames.matching(named, weights, newHead.keySet());
  }

  /** All tensors that the run can train, with their shapes. */
  Trainables all() {
    boolean isNamed = !section.train().isEmpty();
    SortedMap<String, long[]> a = new TreeMap<>();
    SortedMap<String, long[]> b = new TreeMap<>();
    SortedMap<String, long[]> bases = new TreeMap<>();
    adapted.forEach(
        (layer, shape) -> {
          a.put(layer + Lora.A, new long[] {lora().rank(), shape[1]});
          b.put(layer + Lora.B, new long[] {shape[0], lora().rank()});
          bases.put(layer + WEIGHT, base.used().get(layer + WEIGHT).shape());
        });
    return new Trainables(named(), isNamed, new TreeMap<>(newHead), a, b, bases);
  }
}
