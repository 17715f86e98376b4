package org.tributary.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.model.Lora;
import org.tributary.protocol.HostTensor;

/**
 * The modules that are saved whole in an adapter's folder. A run trains tensors, but peft saves and
 * loads modules with all their tensors, each as a separate copy. The names are those of the base
 * model's checkpoint.
 */
public final class SavedModules {
  private SavedModules() {}

  /**
   * Checks before a run that its result can be saved as a PEFT folder.
   *
   * @param adapted layers with adapters
   * @param trained all trained tensors
   * @throws WrongInput if weights of adapted layers are trained in full; names at most ten of them
   */
  static void check(Set<String> adapted, Set<String> trained) {
    List<String> problems = new ArrayList<>();
    for (String name : new TreeSet<>(trained)) {
      String inside = module(name) + ".";
      if (!isAdapter(name) && adapted.stream().anyMatch(l -> (l + ".").startsWith(inside))) {
        problems.add(name);
      }
    }
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          "framework.train: names weights of layers that framework.lora.targets adapts, and peft"
              + " adapts a layer or saves it whole; leave these layers out of one of the two:",
          problems);
    }
  }

  /**
   * The tensors of the folder in addition to A and B.
   *
   * @param base the model
   * @param trained all tensors that the run trained, with A and B
   * @param withHead whether peft saves the model's classifier by itself, as it does for SEQ_CLS
   * @return the tensors that were trained in full, and those that peft needs with them: the other
   *     tensors of their modules, a classifier that was not trained, and the second copy of a tied
   *     matrix that peft stores twice
   */
  public static Map<String, HostTensor> of(
      BaseModel base, Map<String, HostTensor> trained, boolean withHead) throws IOException {
    Architecture architecture = base.architecture();
    Map<String, HostTensor> saved = new TreeMap<>(trained);
    saved.keySet().removeIf(SavedModules::isAdapter);
    Set<String> named = new TreeSet<>(saved.keySet());
    if (withHead) {
      named.addAll(architecture.head(1).keySet());
      Set<String> heads = modules(architecture, architecture.head(1).keySet());
      // peft looks for the ends of names, and so finds DistilBERT's pre_classifier, too.
      architecture.poolerWeights().keySet().stream()
          .filter(name -> heads.stream().anyMatch(module(name)::endsWith))
          .forEach(named::add);
    }
    Set<String> modules = modules(architecture, named);
    for (String name : base.used().keySet()) {
      if (!saved.containsKey(name) && modules.stream().anyMatch(m -> name.startsWith(m + "."))) {
        saved.put(name, base.files().tensor(name));
      }
    }
    architecture
        .tiedWeights()
        .forEach(
            (head, same) -> {
              if (saved.containsKey(same)) {
                saved.put(head, saved.get(same));
              }
            });
    return saved;
  }

  /**
   * The modules of tensors. A classifier is one module, also if it has several layers.
   *
   * @param architecture the model's
   * @param tensors names, whose last part is the parameter's name
   * @return names, sorted, without modules inside other ones of them
   */
  public static Set<String> modules(Architecture architecture, Set<String> tensors) {
    Set<String> head = architecture.head(1).keySet();
    Set<String> modules = new TreeSet<>();
    tensors.forEach(
        name ->
            modules.add(head.contains(name) ? name.substring(0, name.indexOf('.')) : module(name)));
    Set<String> outer = new TreeSet<>(modules);
    outer.removeIf(m -> modules.stream().anyMatch(o -> m.startsWith(o + ".")));
    return outer;
  }

  private static String module(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }

  private static boolean isAdapter(String name) {
    return name.endsWith(Lora.A) || name.endsWith(Lora.B);
  }
}
