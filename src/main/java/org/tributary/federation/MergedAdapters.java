package org.tributary.federation;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.checkpoint.LoraProduct;
import org.tributary.model.Lora;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.run.Blueprint;

/**
 * The weights of a result that is a model although adapters train: every adapted W becomes W + s B
 * A. If merges changed W, it is the run's last one. Adapters that are initialized again in every
 * round are left out: merges have already added to W what clients trained.
 */
final class MergedAdapters {
  private final Blueprint blueprint;

  MergedAdapters(Blueprint blueprint) {
    this.blueprint = blueprint;
  }

  /**
   * Merges the adapters into the weights.
   *
   * @param tensors of the model at the end: weights and adapters, in float32
   * @return weights alone, computed in float64 and rounded once to float32
   * @throws IOException if the base model cannot be read
   */
  Map<String, HostTensor> of(Map<String, HostTensor> tensors) throws IOException {
    RoundPlan last = blueprint.plan(blueprint.config().rounds() - 1);
    Map<String, HostTensor> weights = new TreeMap<>(tensors);
    weights.keySet().removeIf(name -> name.endsWith(Lora.A) || name.endsWith(Lora.B));
    for (Map.Entry<String, HostTensor> adapter : tensors.entrySet()) {
      String a = adapter.getKey();
      if (!a.endsWith(Lora.A) || last.says(a, Role::isFresh)) {
        continue;
      }
      String name = Adapters.base(a);
      HostTensor w = weights.get(name);
      if (w == null) {
        w = blueprint.base().files().tensor(name).to(DType.F32);
      }
      weights.put(name, plus(w, a, adapter.getValue(), tensors.get(Adapters.partner(a))));
    }
    return weights;
  }

  private HostTensor plus(HostTensor w, String nameOfA, HostTensor a, HostTensor b) {
    String layer = nameOfA.substring(0, nameOfA.length() - Lora.A.length());
    boolean turned = blueprint.architecture().transposed(layer);
    int rank = Math.toIntExact(a.shape()[0]);
    double scaling = blueprint.lora().adapters().scaling(rank);
    return LoraProduct.add(w, scaling, a, b, turned);
  }
}
