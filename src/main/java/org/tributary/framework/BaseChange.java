package org.tributary.framework;

import java.util.Map;
import org.tributary.linalg.Matrix;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LowRankChange;

/** The change that a merge adds to the frozen weight of an adapted layer. */
public final class BaseChange {
  private BaseChange() {}

  /**
   * W += L Rᵀ, for a W that is stored as [out, in] or, as in GPT-2, as [in, out]. The framework's
   * plan gives W the role {@code GIVEN}.
   *
   * @param adapters says how W is stored
   * @param a name of the layer's A
   * @param left L [out, R]
   * @param right R [in, R]
   * @param dtype of the clients' tensors; each value is rounded once to it
   * @return the factors of a {@link LowRankChange}, by name
   */
  public static Map<String, HostTensor> of(
      Adapters adapters, String a, Matrix left, Matrix right, DType dtype) {
    String weight = Adapters.base(a);
    boolean turned = adapters.isTransposed(weight);
    return LowRankChange.of(
        weight,
        TensorMatrices.tensor(turned ? right : left, dtype),
        TensorMatrices.tensor((turned ? left : right).transposed(), dtype));
  }
}
