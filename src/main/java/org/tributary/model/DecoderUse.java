package org.tributary.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a decoder is used for: it writes text with its head, or it classifies rows with one linear
 * layer on the last token, as the {@code ...ForSequenceClassification} of transformers.
 *
 * @param prefix of all names except the head's, as in the checkpoint
 * @param classifies whether it classifies
 */
record DecoderUse(String prefix, boolean classifies) {
  /** The head that writes text. */
  static final String LM_HEAD = "lm_head.weight";

  /** The classifier, which has no bias. */
  static final String SCORE = "score.weight";

  /**
   * The use of a checkpoint: it classifies if it has a classifier, or if it shall get one.
   *
   * @param names of the checkpoint's tensors
   * @param pooling {@link Pooling#LAST} for a new classifier
   * @param prefix of names in a model with a head
   * @param embedding the token embedding's name, which tells whether the names have the prefix
   */
  static DecoderUse of(Set<String> names, Pooling pooling, String prefix, String embedding) {
    return new DecoderUse(
        names.contains(embedding) ? "" : prefix, pooling == Pooling.LAST || names.contains(SCORE));
  }

  /** The task of the head. */
  ModelTask task() {
    return classifies ? ModelTask.CLASSIFICATION : ModelTask.GENERATION;
  }

  /** The pooling of the classifier; null without one. */
  Pooling pooling() {
    return classifies ? Pooling.LAST : null;
  }

  /**
   * The classifier.
   *
   * @param labels number of classes
   * @param hidden width of a token
   * @return shapes by name; empty without one
   */
  Map<String, long[]> head(int labels, int hidden) {
    Map<String, long[]> head = new LinkedHashMap<>();
    if (classifies) {
      head.put(SCORE, new long[] {labels, hidden});
    }
    return head;
  }

  /**
   * Tensors that the model does not use.
   *
   * @param others globs of the family
   */
  List<String> ignored(List<String> others) {
    return Stream.concat(others.stream(), otherHeads().stream()).toList();
  }

  /** The head that a classifier replaces. */
  List<String> otherHeads() {
    return classifies ? List.of(LM_HEAD) : List.of();
  }

  /**
   * The name of a tensor in a model with a head.
   *
   * @param name in the checkpoint
   * @param headed the prefix of the base model's names there
   */
  String nameWithHead(String name, String headed) {
    boolean bare = prefix.isEmpty() && !name.equals(LM_HEAD) && !name.startsWith("score.");
    return bare ? headed + name : name;
  }
}
