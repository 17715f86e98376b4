package org.tributary.assessment;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkJobs;
import org.tributary.config.NearestNames;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.rows.BadRows;
import org.tributary.rows.Manifest;
import org.tributary.rows.Schema;
import org.tributary.run.SkippedRows;
import org.tributary.text.Tokenizer;

/**
 * Reads all rows before the first is scored, and finds those that cannot be used.
 *
 * @param store reaches them
 * @param model whose rows they are
 * @param parts of the partitioned set
 * @param path of the set as the user wrote it, for messages
 * @param skips whether rows that cannot be used are left out
 */
record AssessedRows(
    Store store, AssessedModel model, List<String> parts, String path, boolean skips) {
  /** The most rows that the driver reads itself; a stage takes about as long as reading these. */
  private static final long DRIVER_ROWS = 10_000;

  /** The bad rows of a file; or why it cannot be used. */
  private record Found(BadRows bad, String wrong) {}

  /**
   * Refuses parts without rows.
   *
   * @throws WrongInput naming each
   */
  void checkParts() throws IOException {
    List<String> problems = new ArrayList<>();
    for (String part : parts) {
      if (model.rows().evaluationRows(part) == 0) {
        problems.add(
            "parts: %s has no %s rows; remove \"%s\", or partition again under another name with such rows"
                .formatted(path, part, part));
      }
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all("There is nothing to score:", problems);
    }
    model.rows().files().refuseUnlisted(store, model.rows().manifest());
  }

  /**
   * Refuses a key that is no column of the rows.
   *
   * @param key the column; null for none
   * @throws WrongInput naming the columns
   */
  void checkKey(String key) {
    List<Schema.Column> columns = model.rows().manifest().columns();
    List<String> usable =
        columns.stream()
            .filter(column -> column.type() != Schema.Type.BINARY)
            .map(Schema.Column::name)
            .toList();
    if (key != null && !usable.contains(key)) {
      throw new WrongInput(
          "key: the rows of %s have no column \"%s\" that can identify them; they have %s%s"
              .formatted(
                  path,
                  key,
                  String.join(", ", usable),
                  NearestNames.name(key, usable)
                      .map(near -> "; did you mean " + near + "?")
                      .orElse("")));
    }
  }

  /** Whether there are so few rows that the driver reads them itself. */
  boolean isSmall() {
    return parts.stream().mapToLong(model.rows()::evaluationRows).sum() <= DRIVER_ROWS;
  }

  /** The bad rows, found by the driver. */
  SkippedRows check() throws IOException {
    List<Found> found = new ArrayList<>();
    try (Tokenizer tokens = model.tokens()) {
      for (Manifest.Part file : files()) {
        found.add(found(store, model, file, tokens));
      }
    }
    return skipped(found);
  }

  /** The bad rows, found by a stage. */
  SkippedRows check(JavaSparkContext spark, Broadcast<AssessmentSpec> spec, Target target)
      throws IOException {
    int files = files().size();
    Work work = new Work(spec, target, List.copyOf(parts));
    List<Integer> numbers = IntStream.range(0, files).boxed().toList();
    List<String> found =
        SparkJobs.run(
            spark,
            "the check of the rows",
            () -> spark.parallelize(numbers, files).map(work::check).collect());
    return skipped(found.stream().map(text -> Json.own(text, Found.class)).toList());
  }

  /** A task's file. */
  private record Work(Broadcast<AssessmentSpec> spec, Target target, List<String> parts)
      implements Serializable {
    String check(int number) throws IOException {
      Store store = spec.value().store();
      AssessedModel model =
          AssessedModel.of(
              store, spec.value().config(), target, target.isState() ? spec.value().run() : null);
      try (Tokenizer tokens = model.tokens()) {
        return Json.pretty(found(store, model, files(model, parts).get(number), tokens));
      }
    }
  }

  private List<Manifest.Part> files() {
    return files(model, parts);
  }

  private static List<Manifest.Part> files(AssessedModel model, List<String> parts) {
    return parts.stream().flatMap(part -> model.rows().evaluationParts(part).stream()).toList();
  }

  private static Found found(Store store, AssessedModel model, Manifest.Part file, Tokenizer tokens)
      throws IOException {
    try {
      model.rows().files().check(store, file);
      return new Found(model.rows().check(store, file, tokens), null);
    } catch (WrongInput e) {
      return new Found(null, e.getMessage());
    }
  }

  private SkippedRows skipped(List<Found> found) {
    List<String> wrong = found.stream().map(Found::wrong).filter(w -> w != null).toList();
    if (!wrong.isEmpty()) {
      throw WrongInput.some("%s: files cannot be used:".formatted(path), wrong);
    }
    List<Manifest.Part> files = files();
    TreeMap<String, List<Integer>> places = new TreeMap<>();
    List<String> named = new ArrayList<>();
    long bad = 0;
    for (int i = 0; i < files.size(); i++) {
      BadRows rows = found.get(i).bad();
      if (!rows.places().isEmpty()) {
        places.put(files.get(i).file(), rows.places());
        bad += rows.places().size();
        rows.named().stream().limit(BadRows.NAMED - named.size()).forEach(named::add);
      }
    }
    SkippedRows skipped = new SkippedRows(bad, places, named);
    if (bad > 0 && !skips) {
      throw WrongInput.all(
          "%s: %d rows cannot be used; correct them and partition again under another name, or leave them out with data.badRows=skip:"
              .formatted(path, bad),
          named);
    }
    for (String part : parts) {
      if (skipped.count(model.rows().evaluationParts(part)) == model.rows().evaluationRows(part)) {
        throw WrongInput.all("%s: none of its %s rows can be used:".formatted(path, part), named);
      }
    }
    return skipped;
  }
}
