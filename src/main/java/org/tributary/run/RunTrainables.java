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
import org.tributary.error.WrongInput;
import org.tributary.model.Lora;
import org.tributary.model.WeightNames;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Globs;
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

  /** The newly initialized classifier, if it does not train. */
  Map<String, long[]> frozenHead() {
    return section.freezesHead() ? newHead : Map.of();
  }

  /** The classifier and what is between it and the encoder, if they do not train. */
  private Set<String> frozen() {
    if (!section.freezesHead()) {
      return Set.of();
    }
    Set<String> frozen = new HashSet<>(base.architecture().head(1).keySet());
    frozen.addAll(base.architecture().poolerWeights().keySet());
    return frozen;
  }

  /** The layers that can have adapters. A pooler that is new, frozen or trained in full cannot. */
  private Map<String, long[]> adaptable() {
    Set<String> pooler = base.architecture().poolerWeights().keySet();
    Set<String> full = new HashSet<>(newHead.keySet());
    full.addAll(frozen());
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
    SortedMap<String, long[]> all = new TreeMap<>();
    base.used().forEach((name, entry) -> all.put(name, entry.shape()));
    List<String> globs = section.train();
    globs.forEach(glob -> checkFrozen(glob, all));
    SortedMap<String, long[]> named =
        globs.isEmpty() ? all : WeightNames.matching(globs, all, newHead.keySet());
    named.keySet().removeAll(frozen());
    return named;
  }

  /** A name of a weight of the head alone would train nothing. */
  private void checkFrozen(String glob, SortedMap<String, long[]> weights) {
    Set<String> all = new HashSet<>(weights.keySet());
    all.addAll(newHead.keySet());
    all.removeIf(name -> !Globs.of(glob).matches(name));
    if (!all.isEmpty() && frozen().containsAll(all)) {
      throw new WrongInput(
          "framework.train: \"%s\" names weights of the classifier, which framework.head=frozen keeps as they are; remove one of the two"
              .formatted(glob));
    }
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
    SortedMap<String, long[]> head = new TreeMap<>(section.freezesHead() ? Map.of() : newHead);
    return new Trainables(named(), isNamed, head, a, b, bases);
  }
}
