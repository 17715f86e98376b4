package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.config.NoSettings;
import org.tributary.linalg.Gemm;
import org.tributary.linalg.Matrix;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Participant;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/**
 * FLoRA (Wang et al. 2024, arXiv 2409.05976): the clients' products go into the base weights, W +=
 * Σ p_k s_k B_k A_k, which is exact for any ranks r_k, and every client draws its adapters anew in
 * every round: A as at the start of a run, B = 0. The run ends with a model, not with an adapter.
 *
 * <p>Up: r_k (m + n) per matrix m×n. Down: the matrix itself, m n. (The paper sends the stacked
 * factors instead, Σ r_k (m + n), and every client adds them to its W.) A new head and weights that
 * are named train and travel in full.
 */
final class Flora extends ProductFramework {
  static final String NAME = "flora";

  Flora(Adapters adapters) {
    super(adapters);
  }

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return AdapterPlan.of(NAME, trainables, Role.FRESH, Role.FRESH)
        .with(trainables.bases(), Role.GIVEN);
  }

  @Override
  public List<Unit> units(RoundPlan plan) {
    List<Unit> units = new ArrayList<>(super.units(plan));
    for (String a : plan.of(Role.FRESH).keySet()) {
      if (a.endsWith(Adapters.A)) {
        units.add(
            Unit.whole(List.of(a, Adapters.partner(a))).withServer(List.of(Adapters.base(a))));
      }
    }
    return units;
  }

  @Override
  Map<String, HostTensor> mergeLayer(Unit unit, Merge merge) {
    String a = unit.updates().get(0);
    String b = unit.updates().get(1);
    String base = unit.server().get(0);
    HostTensor before = merge.server().get(base);
    Matrix change = change(a, b, merge.contributions());
    double[] w = Elements.of(before);
    double[] add = (adapters().isTransposed(base) ? change.transposed() : change).values();
    for (int i = 0; i < w.length; i++) {
      w[i] += add[i];
    }
    return Map.of(base, Elements.tensor(w, before.dtype(), before.shape()));
  }

  /** Σ p_k s_k B_k A_k [out, in]. */
  private Matrix change(String a, String b, List<Contribution> contributions) {
    long[] shapeA = contributions.get(0).tensors().get(a).shape();
    long[] shapeB = contributions.get(0).tensors().get(b).shape();
    try (Gemm.Sum sum = new Gemm.Sum((int) shapeB[0], (int) shapeA[1])) {
      for (Contribution c : contributions) {
        Matrix factorA = TensorMatrices.of(c.tensors().get(a));
        sum.add(
            c.weight() * adapters().scaling(factorA.rows()),
            TensorMatrices.of(c.tensors().get(b)),
            factorA);
      }
      return sum.matrix();
    }
  }

  @Override
  public Map<String, HostTensor> start(Map<String, HostTensor> given, Participant client) {
    Map<String, HostTensor> start = new TreeMap<>(given);
    SortedMap<String, long[]> fresh = client.plan().of(Role.FRESH);
    fresh.forEach(
        (name, shape) -> {
          if (name.endsWith(Adapters.A)) {
            start.putAll(
                Adapters.start(name, shape, fresh.get(Adapters.partner(name)), client.seed()));
          }
        });
    return start;
  }

  @Override
  public boolean leavesModel(Trainables trainables) {
    return true;
  }

  /** Finds it by its name. */
  public static final class Provider extends FrameworkProvider<NoSettings> {
    /** For {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "products B A go into the base weights, adapters start anew; clients may have their own ranks",
          "Wang et al. 2024, arXiv 2409.05976",
          NoSettings.class);
    }

    @Override
    public Framework of(NoSettings settings, Adapters adapters) {
      return new Flora(adapters);
    }
  }
}
