package org.tributary.setup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.checkpoint.Store;

/**
 * First configurations for a model and a raw set: what was found, what was guessed and why.
 *
 * @param model the model
 * @param look the raw set
 * @param guess the columns
 * @param sizes lengths, batch and ranks
 * @param notes what was found and guessed, and why
 */
record Starter(ModelLook model, DataLook look, TaskGuess guess, Sizes sizes, List<String> notes) {
  private static final int RANK = 8;
  private static final List<String> POOLERS = List.of("pooler.dense", "pre_classifier");

  /**
   * The numbers of a run.
   *
   * @param maxLength tokens of a row; 0 for images
   * @param batch rows of a step
   * @param rank of adapters
   * @param subspace rank of GaLore's subspaces
   * @param newHead whether a new classifier replaces the checkpoint's
   */
  record Sizes(int maxLength, int batch, int rank, int subspace, boolean newHead) {}

  /**
   * Looks and guesses.
   *
   * @param store reaches model and data
   * @param modelPath folder of a model
   * @param data file or folder of raw rows or images
   * @throws org.tributary.error.WrongInput if model or data are not supported, or do not fit
   */
  static Starter of(Store store, String modelPath, String data) throws IOException {
    ModelLook whole = ModelLook.of(store, modelPath);
    DataLook look = DataLook.of(store, data, whole.seesImages());
    boolean classifies = whole.writes() && TaskGuess.isOfClasses(look);
    ModelLook model = classifies ? ModelLook.classifier(store, modelPath) : whole;
    TaskGuess guess = TaskGuess.of(store, model, look);
    List<String> notes = new ArrayList<>();
    if (classifies) {
      notes.add("task: the class of each text (the rows have a class and no answer)");
    }
    notes.add(
        "model: %s, %,d parameters, %s"
            .formatted(model.family(), model.parameters(), model.task()));
    notes.add(
        "data: %s%s; sets: %s"
            .formatted(
                look.format(),
                look.image() == null ? "" : " with images in the column " + look.image(),
                String.join(", ", look.sample().sets())));
    notes.addAll(guess.notes());
    return new Starter(model, look, guess, sizes(store, model, look, guess, notes), notes);
  }

  private static Sizes sizes(
      Store store, ModelLook model, DataLook look, TaskGuess guess, List<String> notes)
      throws IOException {
    int maxLength = 0;
    if (!model.seesImages()) {
      Lengths lengths = Lengths.of(store, model, look, guess);
      maxLength = lengths.maxLength(model.architecture().maxPositions());
      notes.add(
          "maxLength: %d (95 of 100 of %d rows have at most %d tokens, the longest %d; the model takes %d)"
              .formatted(
                  maxLength,
                  lengths.rows(),
                  lengths.quantile(),
                  lengths.most(),
                  model.architecture().maxPositions()));
    }
    boolean newHead = newHead(model, look, guess, notes);
    int batch = batch(model, maxLength);
    notes.add("batch: %d (a usual one; the job plan says what memory it takes)".formatted(batch));
    notes.add(
        "targets: %s (the projections of the attention)"
            .formatted(String.join(", ", model.attention())));
    return new Sizes(
        maxLength,
        batch,
        model.rank(model.attention(), RANK),
        model.rank(model.all(), RANK),
        newHead);
  }

  private static int batch(ModelLook model, int maxLength) {
    if (model.writes()) {
      return maxLength <= 128 ? 8 : 4;
    }
    return maxLength <= 128 ? 16 : maxLength <= 256 ? 8 : 4;
  }

  /** A checkpoint's classifier is kept if its classes are those of the data. */
  private static boolean newHead(
      ModelLook model, DataLook look, TaskGuess guess, List<String> notes) {
    if (model.writes()) {
      return false;
    }
    Set<String> labels =
        look.sample().labels().isEmpty()
            ? new Columns(look.sample()).values(guess.label())
            : look.sample().labels();
    List<String> known = model.hasClassifier() ? model.classes() : model.base().head().declared();
    boolean numbers =
        known.stream().allMatch(name -> name.matches("LABEL_\\d+"))
            && labels.stream()
                .allMatch(l -> l.matches("\\d+") && Integer.parseInt(l) < known.size());
    boolean kept = !known.isEmpty() && (known.containsAll(labels) || numbers);
    if (!model.hasClassifier() && known.isEmpty()) {
      notes.add("classifier: a new one (the model has none)");
      return false;
    }
    notes.add(
        kept
            ? "classifier: the model's (its classes are those of the data)"
            : "classifier: a new one (the model's classes are not those of the data)");
    return !kept;
  }

  /** Whether the classifier is new. */
  boolean startsClassifier() {
    return !model.writes() && (sizes.newHead() || !model.hasClassifier());
  }

  /**
   * The globs of a pooler (of DistilBERT the pre-classifier) that the checkpoint has and that
   * learns with a new classifier.
   *
   * @return empty if there is none
   */
  List<String> pooler() {
    Set<String> there = model.base().used().keySet();
    return !startsClassifier()
        ? List.of()
        : POOLERS.stream()
            .filter(layer -> there.stream().anyMatch(name -> name.contains(layer + ".")))
            .map(layer -> "*" + layer + ".*")
            .toList();
  }

  /** The learning rates. */
  Rates rates() {
    return Rates.of(model.writes(), model.parameters());
  }

  /** The keys of {@code data}. */
  Map<String, String> data() {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("path", Yaml.text("data-partitions/" + look.name()));
    data.putAll(guess.data());
    return data;
  }
}
