package org.tributary.client;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.tributary.data.Batch;

/** Batches as a program's arguments: ids, mask, types [b, t], labels [b] or [b, t]. */
public final class Inputs {
  private Inputs() {}

  /**
   * The arguments of {@code gradients}.
   *
   * @param owner of the arrays
   * @param batch of rows
   * @return ids, mask, types, labels
   */
  public static List<NDArray> withLabels(NDManager owner, Batch batch) {
    List<NDArray> inputs = new ArrayList<>(of(owner, batch));
    Shape shape =
        batch.labels().length == batch.rows()
            ? new Shape(batch.rows())
            : new Shape(batch.rows(), batch.length());
    inputs.add(owner.create(batch.labels(), shape));
    return inputs;
  }

  /**
   * The arguments of {@code forward}.
   *
   * @param owner of the arrays
   * @param batch of rows
   * @return ids, mask, types
   */
  public static List<NDArray> of(NDManager owner, Batch batch) {
    Shape shape = new Shape(batch.rows(), batch.length());
    return List.of(
        owner.create(batch.ids(), shape),
        owner.create(batch.mask(), shape),
        owner.create(batch.typeIds(), shape));
  }
}
