package org.tributary.federation;

import java.util.Optional;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.model.Precision;
import org.tributary.protocol.DType;
import org.tributary.run.Blueprint;
import org.tributary.run.PoolingNote;

/** Whether other libraries load a run's result and give it the scores of the run's tables. */
final class ResultNote {
  private ResultNote() {}

  /**
   * The note.
   *
   * @param blueprint of the run
   * @return one sentence without a full stop
   */
  static String of(Blueprint blueprint) {
    String loads =
        blueprint.leavesModel() ? "it loads in transformers" : "it loads in transformers and peft";
    Optional<String> pooling = PoolingNote.of(blueprint.base());
    if (pooling.isPresent()) {
      return loads + ", but scores differ there: " + pooling.get();
    }
    if (blueprint.precision() != Precision.FLOAT32) {
      return loads
          + ", but scores may differ a little there: this run computes in "
          + blueprint.config().client().precision();
    }
    if (blueprint.leavesModel() && isRounded(blueprint)) {
      return loads
          + ", but scores may differ a little there: the result has the checkpoint's 16-bit types,"
          + " and the tables have the scores before rounding to them";
    }
    if (isRounded(blueprint)) {
      return loads
          + " with the same scores if the base model is loaded with dtype=torch.float32; the"
          + " checkpoint has 16-bit types, and this run computes in float32";
    }
    return loads + " with the same scores";
  }

  /** Whether the checkpoint has 16-bit tensors. */
  private static boolean isRounded(Blueprint blueprint) {
    return blueprint.base().used().values().stream()
        .map(SafeTensorsHeader.Entry::dtype)
        .anyMatch(type -> type == DType.F16 || type == DType.BF16);
  }
}
