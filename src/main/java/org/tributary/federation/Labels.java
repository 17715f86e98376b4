package org.tributary.federation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.config.DataSection;
import org.tributary.config.TrainConfig;
import org.tributary.data.ClassNumbers;
import org.tributary.data.Manifest;
import org.tributary.data.Nearest;
import org.tributary.data.Schema;
import org.tributary.error.WrongInput;

/** The classes of a run, in the order of the classifier's rows. */
final class Labels {
  private Labels() {}

  /**
   * The classes: the checkpoint's, if it is a classifier with names for them, else the partitioned
   * set's. Where the checkpoint's are the names that transformers gives when nobody named them, the
   * data may have their numbers instead.
   *
   * @throws WrongInput if the data have no such columns or no labels, or one that the checkpoint
   *     does not know
   */
  static List<String> of(HuggingFaceFolder base, Manifest manifest, TrainConfig config) {
    DataSection data = config.data();
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
    if (manifest.inputs().image() == null) {
      checkText(manifest, data);
    }
    List<String> known = config.model().newHead() ? List.of() : ofClassifier(base.config());
    if (known.isEmpty()) {
      return manifest.labels();
    }
    List<String> numbers = ClassNumbers.of(known);
    if (!numbers.isEmpty() && numbers.containsAll(manifest.labels())) {
      return known;
    }
    List<String> unknown = new ArrayList<>(manifest.labels());
    if (manifest.labels().stream().noneMatch(known::contains)) {
      unknown.removeAll(numbers);
    }
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new WrongInput(
          "%s: label \"%s\" of the data is unknown to the model, whose config.json has %s in id2label; rename it, or begin a new classifier with model.newHead=true"
              .formatted(data.path(), unknown.get(0), known));
    }
    return known;
  }

  private static void checkText(Manifest manifest, DataSection data) {
    List<String> columns = manifest.columns().stream().map(Schema.Column::name).toList();
    if (!columns.contains(data.text())) {
      throw new WrongInput(
          "data.text: %s has no column %s, but %s%s"
              .formatted(
                  data.path(),
                  data.text(),
                  String.join(", ", columns),
                  Nearest.to(data.text(), columns)
                      .map(name -> "; did you mean " + name + "?")
                      .orElse("; name the column with the input")));
    }
  }

  private static List<String> ofClassifier(JsonNode config) {
    String architecture = config.path("architectures").path(0).asText("");
    JsonNode names = config.path("id2label");
    List<String> labels = new ArrayList<>();
    for (int i = 0;
        architecture.endsWith("Classification") && names.has(Integer.toString(i));
        i++) {
      labels.add(names.get(Integer.toString(i)).asText());
    }
    return labels;
  }
}
