package org.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tributary.config.FrameworkSection;
import org.tributary.config.TrainConfig;
import org.tributary.linalg.LowRank;
import org.tributary.linalg.Matrix;
import org.tributary.linalg.Svd;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.TrainPlan;

/** The oracle's own reading of ranks that differ, and of FlexLoRA's merge. */
final class PlainRanks {
  private final TrainConfig config;
  private final Blueprint blueprint;

  PlainRanks(TrainConfig config, Blueprint blueprint) {
    this.config = config;
    this.blueprint = blueprint;
  }

  /** Every rank that a client may have; 0 without adapters. */
  Set<Integer> all() {
    FrameworkSection.Lora lora = config.framework().lora();
    Set<Integer> all = new TreeSet<>(lora == null ? List.of() : lora.ranks());
    all.add(lora == null ? 0 : lora.rank());
    return all;
  }

  /** The rank of a client: the configured ones in turn. */
  int of(String client) {
    FrameworkSection.Lora lora = config.framework().lora();
    if (lora == null || lora.ranks().isEmpty()) {
      return lora == null ? 0 : lora.rank();
    }
    int index = List.copyOf(blueprint.manifest().clients().keySet()).indexOf(client);
    return lora.ranks().get(index % lora.ranks().size());
  }

  double scaling(int rank) {
    FrameworkSection.Lora lora = config.framework().lora();
    if (lora == null) {
      return 1;
    }
    return lora.rslora() ? lora.alpha() / Math.sqrt(rank) : lora.alpha() / rank;
  }

  TrainPlan plan(String client) {
    TrainPlan plan = new TrainPlan();
    for (Map.Entry<String, TrainPlan.Part> part : blueprint.plan().parts().entrySet()) {
      long[] shape = part.getValue().shape().clone();
      if (part.getKey().endsWith(".lora_A.weight")) {
        shape[0] = of(client);
      } else if (part.getKey().endsWith(".lora_B.weight")) {
        shape[1] = of(client);
      }
      plan = plan.with(Map.of(part.getKey(), shape), part.getValue().role());
    }
    return plan;
  }

  /** The first rows of A and the first columns of B, with the client's s in the place of ours. */
  void cut(Map<String, HostTensor> start, String client) {
    int rank = of(client);
    if (config.framework().lora() == null || rank == config.framework().lora().rank()) {
      return;
    }
    int whole = config.framework().lora().rank();
    double factor = scaling(whole) / scaling(rank);
    start.replaceAll(
        (name, tensor) -> {
          if (!name.contains(".lora_")) {
            return tensor;
          }
          boolean isA = name.endsWith(".lora_A.weight");
          int rows = isA ? rank : (int) tensor.shape()[0];
          int columns = isA ? (int) tensor.shape()[1] : rank;
          int width = (int) tensor.shape()[1];
          float[] values = new float[rows * columns];
          for (int i = 0; i < values.length; i++) {
            float x = tensor.floats().get(i / columns * width + i % columns);
            values[i] = isA ? x : (float) (x * factor);
          }
          return HostTensor.of(values, rows, columns);
        });
  }

  /** Σ p_k s_k B_k A_k = U S Vᵀ, as B = U S / s and A = Vᵀ of the global rank. */
  Map<String, HostTensor> products(List<Map<String, HostTensor>> updates, List<Integer> samples) {
    double total = samples.stream().mapToInt(Integer::intValue).sum();
    int rank = config.framework().lora().rank();
    Map<String, HostTensor> merged = new TreeMap<>();
    for (String a : updates.get(0).keySet()) {
      if (!a.endsWith(".lora_A.weight")) {
        continue;
      }
      String b = a.replace(".lora_A.", ".lora_B.");
      List<LowRank.Term> terms = new ArrayList<>();
      for (int k = 0; k < updates.size(); k++) {
        Matrix factor = matrix(updates.get(k).get(a));
        double weight = samples.get(k) / total * scaling(factor.rows());
        terms.add(new LowRank.Term(weight, matrix(updates.get(k).get(b)), factor));
      }
      Svd svd = LowRank.merge(terms, rank);
      double s = scaling(rank);
      merged.put(a, tensor(svd.v().transposed()));
      merged.put(b, tensor(svd.us().scaleColumns(j -> 1 / s)));
    }
    return merged;
  }

  private static Matrix matrix(HostTensor tensor) {
    double[] values = new double[(int) tensor.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.floats().get(i);
    }
    return new Matrix((int) tensor.shape()[0], (int) tensor.shape()[1], values);
  }

  private static HostTensor tensor(Matrix matrix) {
    float[] values = new float[matrix.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) matrix.values()[i];
    }
    return HostTensor.of(values, matrix.rows(), matrix.columns());
  }
}
