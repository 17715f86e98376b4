package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tributary.linalg.Matrix;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/**
 * FedEx-LoRA (Singhal et al. 2025, arXiv 2410.09432): A = Σ p_k A_k and B = Σ p_k B_k as in FedIT,
 * and what the product of the means lacks goes into the frozen base, W += s (Σ p_k B_k A_k − B A).
 * So W + s B A is the exact mean of the clients' models. The run ends with a model: an adapter for
 * the base model that it began with would lack the changes of W.
 *
 * <p>What is added is written as Σ p_k s (B_k − B)(A_k − A), which is the same matrix, has at most
 * rank K r for K clients, and cancels nothing. Up: r (m + n) per matrix m×n. Down: the means, r (m
 * + n), and the factors of the change, K r (m + n). A new head and weights that are named train and
 * travel in full.
 */
final class FedExLora extends LinearFramework {
  static final String NAME = "fedex-lora";

  private final Adapters adapters;

  FedExLora(Adapters adapters) {
    this.adapters = adapters;
  }

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return AdapterPlan.of(NAME, trainables, Role.TRAVELS, Role.TRAVELS)
        .with(trainables.bases(), Role.GIVEN);
  }

  /** The means of all that travels, and for each layer what goes into its base. */
  @Override
  public List<Unit> units(RoundPlan plan) {
    List<Unit> units = new ArrayList<>(super.units(plan));
    units.addAll(AdapterPlan.layers(plan));
    return units;
  }

  @Override
  public Map<String, HostTensor> merge(Unit unit, Merge merge) {
    return unit.isChunk() ? super.merge(unit, merge) : residual(unit, merge);
  }

  private Map<String, HostTensor> residual(Unit unit, Merge merge) {
    String nameA = unit.updates().get(0);
    String nameB = unit.updates().get(1);
    double[] meanA = WeightedMean.sum(nameA, merge.contributions());
    double[] meanB = WeightedMean.sum(nameB, merge.contributions());
    List<Matrix> left = new ArrayList<>();
    List<Matrix> right = new ArrayList<>();
    for (Contribution c : merge.contributions()) {
      Matrix a = minus(c.tensors().get(nameA), meanA);
      double scale = c.weight() * adapters.scaling(a.rows());
      left.add(minus(c.tensors().get(nameB), meanB).scaleColumns(j -> scale));
      right.add(a.transposed());
    }
    return BaseChange.of(
        adapters,
        nameA,
        Matrix.beside(left),
        Matrix.beside(right),
        merge.contributions().get(0).tensors().get(nameA).dtype());
  }

  private static Matrix minus(HostTensor factor, double[] mean) {
    Matrix difference = TensorMatrices.of(factor);
    for (int i = 0; i < mean.length; i++) {
      difference.values()[i] -= mean[i];
    }
    return difference;
  }

  /** No: other factors than the means would not fit what goes into the base. */
  @Override
  public boolean averages() {
    return false;
  }

  @Override
  public boolean leavesModel(Trainables trainables) {
    return true;
  }

  /** Finds it by its name. */
  public static final class Provider extends FrameworkProvider<OneRank> {
    /** For {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "the means of A and of B; what their product lacks goes into the base weights",
          "Singhal et al. 2025, arXiv 2410.09432",
          OneRank.class);
    }

    @Override
    public Framework of(OneRank settings, Adapters adapters) {
      return new FedExLora(adapters);
    }
  }
}
