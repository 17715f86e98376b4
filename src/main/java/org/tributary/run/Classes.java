package org.tributary.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.tributary.config.DataSection;
import org.tributary.config.NearestNames;
import org.tributary.error.WrongInput;
import org.tributary.rows.ClassNumbers;
import org.tributary.rows.Manifest;
import org.tributary.rows.Schema;

/**
 * The classes of a run, in the order of the classifier's rows. The checkpoint's {@code id2label},
 * or {@code data.classes} or {@code data.classNumbers} of the configuration, assigns a row to each
 * class. A newly initialized classifier without class names in config.json takes the labels of the
 * data in sorted order. A kept classifier never takes its classes from the data.
 *
 * @param names the model's names of the classes
 * @param labels their labels in the rows of the data
 */
record Classes(List<String> names, List<String> labels) {
  /**
   * Assigns the labels of a partitioned set to the rows of a classifier.
   *
   * @param head the checkpoint's classifier, kept or not
   * @param manifest of the set
   * @param data the configuration
   * @return the classes
   * @throws WrongInput if the data have no such columns or no labels, or a label without a row; or
   *     if nothing assigns the labels to the rows of a kept classifier
   */
  static Classes of(CheckpointHead head, Manifest manifest, DataSection data) {
    checkColumns(manifest, data);
    if (!data.classes().isEmpty() || data.classNumbers()) {
      return chosen(head, manifest, data);
    }
    List<String> known = head.isKept() ? head.names() : head.declared();
    if (!head.isKept()) {
      List<String> classes = known.isEmpty() ? manifest.labels() : known;
      checkKnown(head, classes, manifest, data);
      return new Classes(classes, classes);
    }
    if (known.isEmpty()) {
      throw new WrongInput(
          ("%s: has a classifier of %d rows, and nothing in its config.json (id2label) says which"
                  + " classes they are; name the data's labels in the order of the rows in"
                  + " data.classes, or set data.classNumbers=true if the labels are the rows'"
                  + " numbers, or start a new classifier with model.newHead=true")
              .formatted(head.files().folder(), head.rows()));
    }
    List<String> numbers = ClassNumbers.of(known);
    if (!numbers.isEmpty() && numbers.containsAll(manifest.labels())) {
      return new Classes(known, numbers);
    }
    checkKnown(head, known, manifest, data);
    return new Classes(known, known);
  }

  private static void checkKnown(
      CheckpointHead head, List<String> known, Manifest manifest, DataSection data) {
    List<String> unknown = new ArrayList<>(manifest.labels());
    if (manifest.labels().stream().noneMatch(known::contains)) {
      unknown.removeAll(ClassNumbers.of(known));
    }
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      boolean numbers = manifest.labels().stream().allMatch(label -> row(label, known.size()) >= 0);
      throw new WrongInput(
          "%s: label \"%s\" of the data is unknown to the model, whose classes are %s (id2label of config.json); %s, or start a new classifier with model.newHead=true"
              .formatted(
                  data.path(),
                  unknown.get(0),
                  known,
                  numbers
                      ? "if the labels are the numbers of these, set data.classNumbers=true"
                      : "name the data's labels in this order in data.classes"));
    }
    Set<String> seen = new HashSet<>();
    known.forEach(
        name -> {
          if (!seen.add(name)) {
            throw new WrongInput(
                "%s: id2label of config.json names two classes \"%s\"; name the data's labels in the order of the classifier's rows in data.classes"
                    .formatted(head.files().folder(), name));
          }
        });
  }

  /** The assignment of the configuration. */
  private static Classes chosen(CheckpointHead head, Manifest manifest, DataSection data) {
    boolean kept = head.isKept();
    List<String> labels = data.classNumbers() ? numbers(head, manifest, data) : data.classes();
    for (String label : manifest.labels()) {
      if (!labels.contains(label)) {
        throw new WrongInput(
            "data.classes: has no \"%s\", a label of the data at %s; name all of them, in the order of the classifier's rows"
                .formatted(label, data.path()));
      }
    }
    if (!kept) {
      return new Classes(labels, labels);
    }
    if (labels.size() != head.rows()) {
      throw new WrongInput(
          "data.classes: names %d classes, but the classifier of %s has %d rows; name one for each, or start a new classifier with model.newHead=true"
              .formatted(labels.size(), head.files().folder(), head.rows()));
    }
    List<String> known = head.names();
    boolean unnamed = known.size() != head.rows() || !ClassNumbers.of(known).isEmpty();
    if (!unnamed) {
      checkOrder(head, known, labels);
    }
    List<String> own =
        data.classNumbers()
            ? IntStream.range(0, head.rows()).mapToObj(i -> "LABEL_" + i).toList()
            : labels;
    return new Classes(unnamed ? own : known, labels);
  }

  /** A label that is also a class name of the model must have the row of that class. */
  private static void checkOrder(CheckpointHead head, List<String> known, List<String> labels) {
    for (int i = 0; i < labels.size(); i++) {
      int row = known.indexOf(labels.get(i));
      if (row >= 0 && !known.get(i).equals(labels.get(i))) {
        throw new WrongInput(
            "data.classes: has \"%s\" at row %d, but id2label in config.json of %s has it at row %d; take the model's order, or remove the key"
                .formatted(labels.get(i), i, head.files().folder(), row));
      }
    }
  }

  /** Labels that are row numbers of the classifier. */
  private static List<String> numbers(CheckpointHead head, Manifest manifest, DataSection data) {
    int bound = head.isKept() ? head.rows() : Integer.MAX_VALUE;
    int last = -1;
    for (String label : manifest.labels()) {
      int row = row(label, bound);
      if (row < 0 || row >= 1 << 20) {
        throw new WrongInput(
            "data.classNumbers: label \"%s\" of the data at %s is not a number from 0 to %d; name the labels in data.classes instead"
                .formatted(label, data.path(), Math.min(bound, 1 << 20) - 1));
      }
      last = Math.max(last, row);
    }
    int rows = head.isKept() ? head.rows() : last + 1;
    return IntStream.range(0, rows).mapToObj(Integer::toString).toList();
  }

  /** The row whose number the label is; -1 if it is not a number below the bound. */
  private static int row(String label, int bound) {
    if (!label.matches("0|[1-9][0-9]{0,8}")) {
      return -1;
    }
    int row = Integer.parseInt(label);
    return row < bound ? row : -1;
  }

  private static void checkColumns(Manifest manifest, DataSection data) {
    if (manifest.labels().isEmpty()) {
      throw new WrongInput(
          "%s: was partitioned without a label column; set label in the partition's configuration"
              .formatted(data.path()));
    }
    if (!data.label().equals(manifest.inputs().label())) {
      throw new WrongInput(
          "data.label: %s was partitioned with the label column %s, not %s"
              .formatted(data.path(), manifest.inputs().label(), data.label()));
    }
    List<String> columns = manifest.columns().stream().map(Schema.Column::name).toList();
    for (String text : manifest.inputs().image() == null ? data.text() : List.<String>of()) {
      if (!columns.contains(text)) {
        throw new WrongInput(
            "data.text: %s has no column %s, but %s%s"
                .formatted(
                    data.path(),
                    text,
                    String.join(", ", columns),
                    NearestNames.name(text, columns)
                        .map(name -> "; did you mean " + name + "?")
                        .orElse("; name the column with the input")));
      }
    }
  }
}
