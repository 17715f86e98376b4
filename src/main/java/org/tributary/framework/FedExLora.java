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
 * and the difference between the mean of the products and the product of the means is added to the
 * frozen base: W += s (Σ p_k B_k A_k − B A). So W + s B A is the exact mean of the clients' models.
 * The run ends with a model, because an adapter for the original base model would lack the changes
 * of W.
 *
 * <p>The change is computed as Σ p_k s (B_k − B)(A_k − A). This is the same matrix. It has rank K r
 * at most for K clients, and no large numbers cancel. Up: r (m + n) per matrix m×n. Down: the
 * means, r (m + n), and the factors of the change, K r (m + n). A new head and the weights that
 * {@code framework.train} names are trained and sent in full.
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

  /**
   * The means of all tensors that clients send, and for each layer the change of its base weight.
   */
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

  /** False: the change of the base weights is correct only for the means. */
  @Override
  public boolean averages() {
    return false;
  }

  @Override
  public boolean leavesModel(Trainables trainables) {
    return true;
  }

  /** Registers it under its name. */
  public static final class Provider extends FrameworkProvider<OneRank> {
    /** Called by {@link java.util.ServiceLoader}. */
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
