package org.tributary.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Globs;

/** Compares the tensor names of a checkpoint with those of its architecture. */
public final class WeightNames {
  private static final String WEIGHT = ".weight";

  private WeightNames() {}

  /**
   * Checks that a checkpoint has the tensors that follow from its config.json.
   *
   * @param where the model's folder, for messages
   * @param architecture the architecture of its config.json
   * @param shapes of its tensors, by name
   * @throws WrongInput listing missing tensors, unknown tensors and wrong shapes, at most ten
   */
  public static void check(String where, Architecture architecture, Map<String, long[]> shapes) {
    List<String> problems = new ArrayList<>();
    architecture
        .weights()
        .forEach(
            (name, asked) -> {
              long[] found = shapes.get(name);
              if (found == null) {
                problems.add("tensor " + name + " is missing");
              } else if (!Arrays.equals(found, asked)) {
                problems.add(mismatch(name, found, asked));
              }
            });
    Map<String, long[]> optional = new LinkedHashMap<>(architecture.poolerWeights());
    architecture
        .tiedWeights()
        .forEach((name, same) -> optional.put(name, architecture.weights().get(same)));
    optional.forEach(
        (name, asked) -> {
          long[] found = shapes.get(name);
          if (found != null && !Arrays.equals(found, asked)) {
            problems.add(mismatch(name, found, asked));
          }
        });
    Set<String> unknown = new TreeSet<>(shapes.keySet());
    unknown.removeAll(architecture.weights().keySet());
    unknown.removeAll(optional.keySet());
    unknown.removeAll(architecture.head(1).keySet());
    for (String glob : architecture.ignoredWeights()) {
      unknown.removeIf(Globs.of(glob)::matches);
    }
    unknown.forEach(
        name ->
            problems.add(
                "tensor " + name + " is in the checkpoint, but config.json asks for none"));
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          where + ": the weights do not fit config.json; take both from one model:", problems);
    }
  }

  /**
   * The linear layers among some weights.
   *
   * @param weights shapes by name
   * @param isLinear whether a matrix belongs to a linear layer, by its whole name
   * @return shapes by the layers' names, without {@code .weight}, in the same order
   */
  static Map<String, long[]> layers(Map<String, long[]> weights, Predicate<String> isLinear) {
    Map<String, long[]> layers = new LinkedHashMap<>();
    weights.forEach(
        (name, shape) -> {
          if (shape.length == 2 && name.endsWith(WEIGHT) && isLinear.test(name)) {
            layers.put(name.substring(0, name.length() - WEIGHT.length()), shape);
          }
        });
    return layers;
  }

  private static String mismatch(String name, long[] found, long[] asked) {
    return "tensor %s has shape %s, config.json asks for %s"
        .formatted(name, Arrays.toString(found), Arrays.toString(asked));
  }

  /**
   * If a user names a layer, as in peft's modules_to_save, the message has the glob of its weights.
   */
  private static WrongInput unknown(String text, Map<String, long[]> weights, Set<String> fresh) {
    for (String layer : List.of(text + ".*", "*." + text + ".*")) {
      Globs glob = Globs.of(layer);
      if (Stream.concat(weights.keySet().stream(), fresh.stream()).anyMatch(glob::matches)) {
        return new WrongInput(
            "framework.train: \"%s\" names no weight of the model; did you mean \"%s\"?"
                .formatted(text, layer));
      }
    }
    return new WrongInput(
        "framework.train: \"%s\" names no weight of the model; its names are like %s"
            .formatted(text, weights.keySet().stream().limit(3).toList()));
  }

  /**
   * The weights that globs match.
   *
   * @param globs with {@code *} for any characters
   * @param weights of the checkpoint, shapes by name
   * @param fresh names of a new head, which is always trained and may be named, too
   * @return the matching weights, shapes by name
   * @throws WrongInput if a glob matches none
   */
  public static SortedMap<String, long[]> matching(
      List<String> globs, Map<String, long[]> weights, Set<String> fresh) {
    SortedMap<String, long[]> chosen = new TreeMap<>();
    for (String text : globs) {
      Globs glob = Globs.of(text);
      boolean any = fresh.stream().anyMatch(glob::matches);
      for (Map.Entry<String, long[]> weight : weights.entrySet()) {
        if (glob.matches(weight.getKey())) {
          any = true;
          chosen.put(weight.getKey(), weight.getValue());
        }
      }
      if (!any) {
        throw unknown(text, weights, fresh);
      }
    }
    return chosen;
  }
}
