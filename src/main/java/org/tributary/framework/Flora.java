package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.config.NoSettings;
import org.tributary.linalg.Matrix;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LowRankChange;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Participant;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/**
 * FLoRA (Wang et al. 2024, arXiv 2409.05976): the clients' products are added to the base weights,
 * W += Σ p_k s_k B_k A_k, which is exact for any ranks r_k. Every client initializes its adapters
 * again in every round: A as at the start of a run, B = 0. The run ends with a model, not with an
 * adapter.
 *
 * <p>Up: r_k (m + n) per matrix m×n. Down: the stacked factors of all clients, Σ r_k (m + n), which
 * every client adds to its W ({@link LowRankChange}). A new head and the weights that {@code
 * framework.train} names are trained and sent in full.
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
    units.addAll(AdapterPlan.layers(plan));
    return units;
  }

  @Override
  Map<String, HostTensor> mergeLayer(Unit unit, Merge merge) {
    String a = unit.updates().get(0);
    String b = unit.updates().get(1);
    // Σ p_k s_k B_k A_k = [p_1 s_1 B_1 ... p_K s_K B_K] [A_1; ...; A_K]
    List<Matrix> left = new ArrayList<>();
    List<Matrix> right = new ArrayList<>();
    for (Contribution c : merge.contributions()) {
      Matrix factor = TensorMatrices.of(c.tensors().get(a));
      double scale = c.weight() * adapters().scaling(factor.rows());
      left.add(TensorMatrices.of(c.tensors().get(b)).scaleColumns(j -> scale));
      right.add(factor.transposed());
    }
    DType type = merge.contributions().get(0).tensors().get(a).dtype();
    return BaseChange.of(adapters(), a, Matrix.beside(left), Matrix.beside(right), type);
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

  /** Registers it under its name. */
  public static final class Provider extends FrameworkProvider<NoSettings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "products B A go into the base weights, adapters are initialized again every round; clients may have their own ranks",
          "Wang et al. 2024, arXiv 2409.05976",
          NoSettings.class);
    }

    @Override
    public Framework of(NoSettings settings, Adapters adapters) {
      return new Flora(adapters);
    }
  }
}
