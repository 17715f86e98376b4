package org.tributary.ml;

import java.util.List;
import java.util.stream.IntStream;
import org.tributary.evaluation.CheckpointModel;

/** The names of a classifier's classes. */
final class ClassLabels {
  private ClassLabels() {}

  /**
   * The names in the order of the classifier's rows: those that the adapter brings, else those of
   * the model's config.json ({@code id2label}), else LABEL_0, LABEL_1, ..., as in transformers.
   *
   * @param model a classifier
   * @return one for each row
   */
  static List<String> of(CheckpointModel model) {
    int rows = model.rows();
    List<String> known = model.classes();
    if (known.isEmpty()) {
      known =
          model.base().head().isKept()
              ? model.base().head().names()
              : model.base().head().declared();
    }
    return known.size() == rows
        ? known
        : IntStream.range(0, rows).mapToObj(i -> "LABEL_" + i).toList();
  }
}
