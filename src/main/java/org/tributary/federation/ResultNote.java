package org.tributary.federation;

import java.util.Optional;
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
    if (blueprint.leavesModel() && isRounded(blueprint)) {
      return loads
          + ", but scores may differ a little there: the result has the checkpoint's 16-bit types,"
          + " and the tables have the scores before rounding to them";
    }
    return loads + " with the same scores";
  }

  /** Whether a trained tensor of the checkpoint has fewer than 32 bits. */
  private static boolean isRounded(Blueprint blueprint) {
    return blueprint.base().used().entrySet().stream()
        .filter(tensor -> blueprint.modelTensors().contains(tensor.getKey()))
        .map(tensor -> tensor.getValue().dtype())
        .anyMatch(type -> type == DType.F16 || type == DType.BF16);
  }
}
