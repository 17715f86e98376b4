package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.config.NoSettings;
import org.tributary.linalg.LowRank;
import org.tributary.linalg.Svd;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Participant;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/**
 * FlexLoRA (Bai et al. 2024, arXiv 2402.11505): clients train A_k and B_k of ranks r_k; the server
 * merges the products, M = Σ p_k s_k B_k A_k = U S Vᵀ, and gives client i its best approximation of
 * rank r_i: B = U_i S_i / s_i, A = V_iᵀ, s_i = α/r_i. Up and down: r_k (m + n) per matrix m×n.
 *
 * <p>The global adapters are those of the largest rank r, B = U S / s and A = Vᵀ with s of that
 * rank. So they can be evaluated and saved like any other adapter. A client of rank r_i takes the
 * first r_i columns of B, times s / s_i, and the first r_i rows of A. A new head and the weights
 * that {@code framework.train} names are trained and sent in full; their mean is taken.
 */
final class FlexLora extends ProductFramework {
  static final String NAME = "flexlora";

  FlexLora(Adapters adapters) {
    super(adapters);
  }

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return AdapterPlan.of(NAME, trainables, Role.TRAVELS, Role.TRAVELS);
  }

  @Override
  public List<Unit> units(RoundPlan plan) {
    SortedMap<String, long[]> rest = plan.of(Role.TRAVELS);
    rest.keySet().removeIf(name -> name.endsWith(Adapters.A) || name.endsWith(Adapters.B));
    List<Unit> units = new ArrayList<>(chunks(rest));
    units.addAll(AdapterPlan.layers(plan));
    return units;
  }

  @Override
  Map<String, HostTensor> mergeLayer(Unit unit, Merge merge) {
    String nameA = unit.updates().get(0);
    String nameB = unit.updates().get(1);
    List<LowRank.Term> terms = new ArrayList<>();
    for (Contribution c : merge.contributions()) {
      HostTensor a = c.tensors().get(nameA);
      double scaling = adapters().scaling((int) a.shape()[0]);
      terms.add(
          new LowRank.Term(
              c.weight() * scaling,
              TensorMatrices.of(c.tensors().get(nameB)),
              TensorMatrices.of(a)));
    }
    Svd merged = LowRank.merge(terms, adapters().rank());
    double scaling = adapters().scaling(adapters().rank());
    DType dtype = merge.contributions().get(0).tensors().get(nameA).dtype();
    return Map.of(
        nameA, TensorMatrices.tensor(merged.v().transposed(), dtype),
        nameB, TensorMatrices.tensor(merged.us().scaleColumns(j -> 1 / scaling), dtype));
  }

  @Override
  public Map<String, HostTensor> start(Map<String, HostTensor> given, Participant client) {
    int rank = client.rank();
    if (rank == adapters().rank()) {
      return given;
    }
    Map<String, HostTensor> start = new TreeMap<>(given);
    double factor = adapters().scaling(adapters().rank()) / adapters().scaling(rank);
    start.replaceAll(
        (name, tensor) -> {
          if (name.endsWith(Adapters.A)) {
            return TensorMatrices.firstRows(tensor, rank);
          }
          return name.endsWith(Adapters.B)
              ? TensorMatrices.tensor(
                  TensorMatrices.of(tensor).firstColumns(rank).scaleColumns(j -> factor),
                  tensor.dtype())
              : tensor;
        });
    return start;
  }

  /** Registers it under its name. */
  public static final class Provider extends FrameworkProvider<NoSettings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "products B A are averaged and cut to a rank by SVD; clients may have their own ranks",
          "Bai et al. 2024, arXiv 2402.11505",
          NoSettings.class);
    }

    @Override
    public Framework of(NoSettings settings, Adapters adapters) {
      return new FlexLora(adapters);
    }
  }
}
