package org.tributary.run;

import java.util.Optional;
import org.tributary.model.Architecture;
import org.tributary.model.Pooling;

/**
 * The note about a classifier whose pooling differs from that of transformers: with transformers
 * the result has other scores than in the run's tables.
 */
public final class PoolingNote {
  private PoolingNote() {}

  /**
   * The note.
   *
   * @param base the run's model
   * @return one sentence; empty if transformers computes the same, and for language models
   */
  public static Optional<String> of(BaseModel base) {
    Architecture architecture = base.architecture();
    Pooling theirs = architecture.classifierPooling();
    Pooling ours = architecture.pooling();
    if (theirs == null || theirs == ours) {
      return Optional.empty();
    }
    return Optional.of(
        ("model.pooling is %s, but transformers' classifiers of model_type %s compute %s: they, and"
                + " peft, give the result other scores than this run's tables have; for equal ones"
                + " train a new classifier with model.pooling=%s%s")
            .formatted(
                ours.key(),
                base.files().config().path("model_type").asText(),
                theirs.key(),
                theirs.key(),
                base.head().isKept() ? " and model.newHead=true" : ""));
  }
}
