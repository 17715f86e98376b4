package org.tributary.client;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.tributary.batch.Batch;
import org.tributary.batch.ImageBatch;
import org.tributary.batch.TextBatch;

/**
 * Converts batches to a program's arguments: ids, mask, types [b, t] for text, pixels [b, c, h, w]
 * for images; labels [b] or [b, t].
 */
public final class ModelInputs {
  private ModelInputs() {}

  /**
   * The arguments of {@code gradients}.
   *
   * @param owner of the arrays
   * @param batch of rows
   * @return as for {@link #of}, labels last
   */
  public static List<NDArray> withLabels(NDManager owner, Batch batch) {
    List<NDArray> inputs = new ArrayList<>(of(owner, batch));
    int perRow = batch.labels().length / batch.rows();
    Shape shape = perRow == 1 ? new Shape(batch.rows()) : new Shape(batch.rows(), perRow);
    inputs.add(owner.create(batch.labels(), shape));
    return inputs;
  }

  /**
   * The arguments of {@code forward}.
   *
   * @param owner of the arrays
   * @param batch of rows
   * @return ids, mask, types; or pixels
   */
  public static List<NDArray> of(NDManager owner, Batch batch) {
    if (batch instanceof ImageBatch images) {
      Shape shape = new Shape(images.rows(), images.channels(), images.height(), images.width());
      return List.of(owner.create(images.pixels(), shape));
    }
    TextBatch text = (TextBatch) batch;
    Shape shape = new Shape(text.rows(), text.length());
    return List.of(
        owner.create(text.ids(), shape),
        owner.create(text.mask(), shape),
        owner.create(text.typeIds(), shape));
  }
}
