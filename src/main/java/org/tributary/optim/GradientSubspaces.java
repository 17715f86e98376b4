package org.tributary.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tributary.config.Key;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Globs;

/**
 * The gradient subspaces in which {@link GaLore} keeps its moments: {@code
 * client.optimizer.galore}.
 *
 * @param rank r, the dimension of a matrix's subspace
 * @param gap T, steps between two updates of the bases
 * @param scale factor of the updates of projected matrices
 * @param targets the projected matrices: globs over names of weights, or last parts of names of
 *     layers
 * @param projector how a basis is computed, a name of {@link Projector}
 */
public record GradientSubspaces(
    @Key(value = "dimensions of a subspace", required = true, min = 1, example = "8") int rank,
    @Key(value = "steps between renewals", byDefault = "200", min = 1, example = "50") int gap,
    @Key(value = "factor on projected updates", byDefault = "1.0", above = 0, example = "0.25")
        double scale,
    @Key(
            value = "names of the weights to project",
            required = true,
            min = 1,
            example = "[query, value]")
        List<String> targets,
    @Key(
            value = "how a subspace is found",
            byDefault = "exact",
            oneOf = {"exact", "randomized"})
        String projector) {
  private static final String KEY = "client.optimizer.galore";
  private static final String WEIGHT = ".weight";

  /**
   * The matrices that are projected.
   *
   * @param shapes of all trained tensors, by name
   * @return the two-dimensional tensors that a target matches
   * @throws WrongInput if a target matches none, or the rank exceeds the smaller side of a matrix
   */
  public SortedMap<String, long[]> projected(Map<String, long[]> shapes) {
    SortedMap<String, long[]> matrices = new TreeMap<>(shapes);
    matrices.values().removeIf(shape -> shape.length != 2);
    SortedMap<String, long[]> chosen = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    for (String target : targets) {
      SortedMap<String, long[]> named = new TreeMap<>(matrices);
      named.keySet().removeIf(name -> !isNamed(name, target));
      if (named.isEmpty()) {
        problems.add("\"%s\" names no matrix that trains".formatted(target));
      }
      chosen.putAll(named);
    }
    if (!problems.isEmpty() || chosen.isEmpty()) {
      throw new WrongInput(
          "%s.targets: %s; %s"
              .formatted(
                  KEY,
                  problems.isEmpty() ? "nothing would be projected" : String.join(", ", problems),
                  wayOut(matrices)));
    }
    checkRank(chosen);
    return chosen;
  }

  /**
   * Whether a tensor is projected.
   *
   * @param name of the tensor
   * @param shape of the tensor
   * @return whether it is a matrix that a target matches
   */
  boolean names(String name, long... shape) {
    return shape.length == 2 && targets.stream().anyMatch(target -> isNamed(name, target));
  }

  private static boolean isNamed(String weight, String target) {
    return target.contains(".") || target.contains("*")
        ? Globs.of(target).matches(weight)
        : ("." + weight).endsWith("." + target + WEIGHT);
  }

  private static String wayOut(SortedMap<String, long[]> matrices) {
    if (matrices.isEmpty()) {
      return "no matrix is trained: use the optimizer adamw";
    }
    List<String> layers =
        matrices.keySet().stream()
            .map(
                name ->
                    name.endsWith(WEIGHT)
                        ? name.substring(0, name.length() - WEIGHT.length())
                        : name)
            .collect(Collectors.toList());
    return "name some of " + Globs.lastParts(layers);
  }

  private void checkRank(SortedMap<String, long[]> chosen) {
    String smallest = null;
    int most = Integer.MAX_VALUE;
    for (Map.Entry<String, long[]> matrix : chosen.entrySet()) {
      int length = ProjectionShape.of(matrix.getValue(), rank).length();
      if (length < most) {
        most = length;
        smallest = matrix.getKey();
      }
    }
    if (rank < 1 || rank > most) {
      throw new WrongInput(
          "%s.rank: %d does not fit %s of shape %s; use 1 to %d, or leave it out of %s.targets"
              .formatted(KEY, rank, smallest, Arrays.toString(chosen.get(smallest)), most, KEY));
    }
  }
}
