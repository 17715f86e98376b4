package org.tributary.federation;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.tributary.checkpoint.Heads;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.Pooling;

/**
 * The classifier of a base model's checkpoint: whether a run goes on with it, what it was trained
 * on, and what a new one consists of.
 *
 * @param files the checkpoint
 * @param tensors that the run may take from it, headers by name
 */
record CheckpointHead(HuggingFaceFolder files, Map<String, SafeTensorsHeader.Entry> tensors) {
  /** Whether the run goes on with the checkpoint's classifier. */
  boolean isKept() {
    Set<String> head = family().head(1).keySet();
    return !head.isEmpty() && tensors.keySet().containsAll(head);
  }

  private Architecture family() {
    return Architectures.of(files.config(), tensors.keySet(), null);
  }

  /**
   * What the classifier that the run goes on with was trained on.
   *
   * @return what Tributary noted, else what transformers does; empty where a classifier begins
   *     anew, and where neither can be, as the checkpoint lacks the pooler that transformers has
   * @throws WrongInput where config.json notes what is none
   */
  Optional<Pooling> trainedPooling() {
    if (!isKept()) {
      return Optional.empty();
    }
    String note = files.config().path(Heads.POOLING).asText(null);
    if (note != null) {
      return Optional.of(noted(note));
    }
    Architecture family = family();
    return tensors.keySet().containsAll(family.poolerWeights().keySet())
        ? Optional.of(family.classifierPooling())
        : Optional.empty();
  }

  private Pooling noted(String note) {
    return Arrays.stream(Pooling.values())
        .filter(pooling -> pooling.key().equals(note))
        .findFirst()
        .orElseThrow(
            () ->
                new WrongInput(
                    "%s: config.json has %s \"%s\", which is none; use %s"
                        .formatted(files.folder(), Heads.POOLING, note, Pooling.keys())));
  }

  /**
   * What starts anew: the classifier, where the checkpoint has none, and with it a pooler that the
   * checkpoint lacks.
   *
   * @param architecture with the run's pooling
   * @param labels number of classes
   * @return shapes by name; empty where the checkpoint has a classifier, or needs none
   * @throws WrongInput if its classifier is for another number of classes, or only a part is there
   */
  Map<String, long[]> fresh(Architecture architecture, int labels) {
    Map<String, long[]> head = architecture.head(labels);
    Map<String, long[]> pooler = architecture.poolerWeights();
    if (lacksAll(head, "classifier")) {
      Map<String, long[]> fresh = new LinkedHashMap<>(head);
      if (lacksAll(pooler, "pooler")) {
        fresh.putAll(pooler);
      }
      return fresh;
    }
    head.forEach(
        (name, shape) -> {
          long[] found = tensors.get(name).shape();
          if (!Arrays.equals(found, shape)) {
            throw new WrongInput(
                "%s: tensor %s has shape %s, but there are %d classes; name them in id2label of"
                        .formatted(files.folder(), name, Arrays.toString(found), labels)
                    + " config.json, or begin a new classifier with model.newHead=true");
          }
        });
    if (!pooler.isEmpty() && lacksAll(pooler, "pooler")) {
      throw new WrongInput(
          ("%s: has a classifier, but not %s, which a %s of transformers computes in between; begin"
                  + " a new classifier with model.newHead=true, or, where this one was trained on the"
                  + " mean of a row's tokens, say model.pooling=mean")
              .formatted(
                  files.folder(),
                  String.join(", ", pooler.keySet()),
                  "class that ends in " + architecture.headedClass()));
    }
    return Map.of();
  }

  private boolean lacksAll(Map<String, long[]> part, String what) {
    Set<String> missing = new TreeSet<>(part.keySet());
    missing.removeAll(tensors.keySet());
    if (!missing.isEmpty() && missing.size() < part.size()) {
      throw new WrongInput(
          "%s: has a part of a %s, without %s; save it again, or take the model without its %s"
              .formatted(files.folder(), what, String.join(", ", missing), what));
    }
    return missing.size() == part.size();
  }
}
