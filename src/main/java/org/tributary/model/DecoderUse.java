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
 * @param writer the name of the head that writes text, as in the checkpoint
 * @param memory the prefix of the modules in transformers 5, if another than in the checkpoint
 * @param foreign globs of tensors of other parts, such as a vision tower, which are not used
 */
record DecoderUse(
    String prefix, boolean classifies, String writer, String memory, List<String> foreign) {
  /** The head that writes text. */
  static final String LM_HEAD = "lm_head.weight";

  /** The classifier, which has no bias. */
  static final String SCORE = "score.weight";

  /** A model that is a decoder and nothing else. */
  DecoderUse(String prefix, boolean classifies) {
    this(prefix, classifies, LM_HEAD, prefix, List.of());
  }

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
    return Stream.of(others, otherHeads(), foreign).flatMap(List::stream).toList();
  }

  /** The head that a classifier replaces. */
  List<String> otherHeads() {
    return classifies ? List.of(writer) : List.of();
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

  /** See {@link Architecture#nameInPeft}. */
  String nameInPeft(String name) {
    return name.equals(writer) ? LM_HEAD : renamed(name, prefix, memory);
  }

  /** See {@link Architecture#nameFromPeft}. */
  String nameFromPeft(String name) {
    return name.equals(LM_HEAD) ? writer : renamed(name, memory, prefix);
  }

  private static String renamed(String name, String from, String to) {
    return name.startsWith(from) ? to + name.substring(from.length()) : name;
  }
}
