package org.tributary.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tributary.checkpoint.HeadConfig;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.Pooling;
import org.tributary.rows.ClassNumbers;

/**
 * The classifier of a base model's checkpoint: whether a run keeps it, its classes and its pooling,
 * and the tensors of a new classifier.
 *
 * @param files the checkpoint
 * @param tensors that the run may use, headers by name
 * @param anew whether the configuration asks for a new classifier
 */
public record CheckpointHead(
    HuggingFaceFolder files, Map<String, SafeTensorsHeader.Entry> tensors, boolean anew) {
  /** Whether the run keeps the checkpoint's classifier. */
  public boolean isKept() {
    Set<String> head = family().head(1).keySet();
    return !head.isEmpty() && tensors.keySet().containsAll(head);
  }

  /** Rows of the checkpoint's classifier, one for each class. */
  int rows() {
    return Math.toIntExact(tensors.get(family().classWeight().orElseThrow()).shape()[0]);
  }

  /**
   * The checkpoint's names of the classes of its classifier, whether config.json names a class of
   * transformers or not: its {@code id2label}; otherwise LABEL_0, LABEL_1, ... if the classifier
   * has as many rows as transformers would give it ({@code num_labels}, or 2).
   *
   * @return in the order of the rows; empty if the checkpoint does not say
   * @throws WrongInput if id2label does not number them from 0, or label2id contradicts it
   */
  public List<String> names() {
    JsonNode names = files.config().path("id2label");
    if (names.isEmpty()) {
      int number = files.config().path("num_labels").asInt(2);
      return number == rows()
          ? IntStream.range(0, number).mapToObj(i -> "LABEL_" + i).toList()
          : List.of();
    }
    List<String> known = new ArrayList<>();
    JsonNode ids = files.config().path("label2id");
    for (int i = 0; i < names.size(); i++) {
      String name = names.path(Integer.toString(i)).asText(null);
      if (name == null) {
        throw new WrongInput(
            "%s: id2label in config.json has %d classes, but none for row %d; number them from 0"
                .formatted(files.folder(), names.size(), i));
      }
      if (ids.path(name).asInt(i) != i && !known.contains(name)) {
        throw new WrongInput(
            "%s: in config.json id2label has \"%s\" at row %d, label2id at row %d; correct one of them"
                .formatted(files.folder(), name, i, ids.path(name).asInt()));
      }
      known.add(name);
    }
    return known;
  }

  /**
   * The classes that config.json names for a classifier whose weights are missing. transformers
   * initializes a classifier for these classes, in their order.
   *
   * @return in the order of the rows; empty if config.json names none, or the configuration asks
   *     for a new classifier
   * @throws WrongInput see {@link #names}
   */
  public List<String> declared() {
    String architecture = files.config().path("architectures").path(0).asText("");
    boolean own = !anew && architecture.endsWith(family().headedClass());
    if (!own || files.config().path("id2label").isEmpty()) {
      return List.of();
    }
    List<String> names = names();
    return ClassNumbers.of(names).isEmpty() ? names : List.of();
  }

  /**
   * Whether config.json has everything that a run knows about a kept classifier.
   *
   * @param architecture with the run's pooling
   * @param classes the run's names of its classes
   * @return false if a result's config.json has to say more
   */
  public boolean saysAll(Architecture architecture, List<String> classes) {
    JsonNode config = files.config();
    List<String> named = new ArrayList<>();
    config.path("id2label").forEach(name -> named.add(name.asText()));
    return named.equals(classes)
        && config.path("architectures").path(0).asText("").endsWith(architecture.headedClass())
        && trainedPooling().equals(Optional.of(architecture.pooling()));
  }

  private Architecture family() {
    return Architectures.of(files.config(), tensors.keySet(), null);
  }

  /**
   * The pooling with which the kept classifier was trained.
   *
   * @return the pooling that Tributary noted, otherwise that of transformers; empty for a newly
   *     initialized classifier, and if neither is possible because the checkpoint lacks the pooler
   *     of transformers
   * @throws WrongInput if config.json has an unknown pooling
   */
  Optional<Pooling> trainedPooling() {
    if (!isKept()) {
      return Optional.empty();
    }
    String note = files.config().path(HeadConfig.POOLING).asText(null);
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
                    "%s: config.json has %s \"%s\", which is not a pooling; use %s"
                        .formatted(files.folder(), HeadConfig.POOLING, note, Pooling.keys())));
  }

  /**
   * The newly initialized tensors: the classifier if the checkpoint has none, and with it a pooler
   * that the checkpoint lacks.
   *
   * @param architecture with the run's pooling
   * @param labels number of classes
   * @return shapes by name; empty if the checkpoint has a classifier, or needs none
   * @throws WrongInput if its classifier has another number of classes, or a part is missing
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
                "%s: tensor %s has shape %s, but there are %d classes; name one class for each of its rows in id2label of"
                        .formatted(files.folder(), name, Arrays.toString(found), labels)
                    + " config.json, or start a new classifier with model.newHead=true");
          }
        });
    if (!pooler.isEmpty() && lacksAll(pooler, "pooler")) {
      throw new WrongInput(
          ("%s: has a classifier, but not %s, which a %s of transformers computes in between; begin"
                  + " a new classifier with model.newHead=true, or, if this one was trained on the"
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
