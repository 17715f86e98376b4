package org.tributary.federation;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkJobs;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.rows.BadRows;
import org.tributary.rows.Manifest;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.RunData;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.run.SkippedRows;
import org.tributary.text.Tokenizer;

/**
 * Reads and checks a run's rows before the first client trains: rows that cannot be used end the
 * run, or are left out if {@code data.badRows} is {@code skip}. It reads as much as a round in
 * which every client takes part. The driver reads few rows itself; a Spark stage reads many. A run
 * that resumes checks only the rows that it is evaluated on.
 */
final class RowCheck {
  private static final Logger LOG = LoggerFactory.getLogger(RowCheck.class);

  /** The most rows that the driver reads itself; a stage takes about as long as reading these. */
  private static final long DRIVER_ROWS = 10_000;

  private static final int TASKS_PER_CORE = 4;

  private final Store store;
  private final Blueprint blueprint;
  private final RunFolder folder;
  private final boolean begun;

  /**
   * A check of a run's rows.
   *
   * @param store reaches them
   * @param blueprint of the run
   * @param folder of the run
   * @throws IOException where the file system fails
   */
  RowCheck(Store store, Blueprint blueprint, RunFolder folder) throws IOException {
    this.store = store;
    this.blueprint = blueprint;
    this.folder = folder;
    begun = store.exists(folder.start());
  }

  /** Whether there are so few rows that the driver reads them itself. */
  boolean isSmall() {
    return parts().values().stream().mapToLong(Manifest.Part::rows).sum() <= DRIVER_ROWS;
  }

  /**
   * The findings in a file.
   *
   * @param file its name in the manifest
   * @param changed why it is not the file that was partitioned; null if it is
   * @param unusable why its rows cannot be read; null if they can
   * @param bad its rows that cannot be used; null if it was not read
   */
  record Found(String file, String changed, String unusable, BadRows bad) {}

  /**
   * Reads the rows and keeps none.
   *
   * @param spark the session whose executors read; null if the driver reads
   * @return the rows to leave out
   * @throws WrongInput naming the rows and files that cannot be used; of clients' training files
   *     those that changed are not counted, because such clients fail in their rounds
   * @throws IOException where the file system fails
   */
  SkippedRows check(JavaSparkContext spark) throws IOException {
    blueprint.data().files().refuseUnlisted(store, blueprint.manifest());
    List<Found> found = spark == null ? inDriver() : asStage(spark);
    SkippedRows skipped =
        begun ? SkippedRows.read(store, folder) : skips() ? skipped(found) : SkippedRows.NONE;
    refuse(found, byFile(evaluated()).keySet(), skipped);
    refuseNothingLeft(skipped);
    new TruncationCheck(blueprint).check(found);
    tellWhite(found);
    if (skipped.rows() > 0) {
      tell(skipped);
    }
    return skipped;
  }

  private boolean skips() {
    return blueprint.config().data().badRows().equals("skip");
  }

  /** The rows to read, by file. */
  private Map<String, Manifest.Part> parts() {
    Map<String, Manifest.Part> parts = byFile(evaluated());
    if (!begun) {
      parts.putAll(byFile(skips() ? all() : trained()));
    }
    return parts;
  }

  private static Map<String, Manifest.Part> byFile(Stream<Manifest.Part> parts) {
    return parts.collect(Collectors.toMap(Manifest.Part::file, p -> p, (a, b) -> a, TreeMap::new));
  }

  private Stream<Manifest.Part> evaluated() {
    return blueprint.config().evaluate().parts().stream()
        .flatMap(part -> blueprint.data().evaluationParts(part).stream());
  }

  private Stream<Manifest.Part> trained() {
    return blueprint.manifest().clients().values().stream().map(Manifest.Client::train);
  }

  /** Later starts may evaluate other parts. */
  private Stream<Manifest.Part> all() {
    return Stream.concat(
        trained(),
        Stream.of("test", "validation")
            .flatMap(part -> blueprint.data().evaluationParts(part).stream()));
  }

  private List<Found> inDriver() throws IOException {
    List<Found> found = new ArrayList<>();
    try (Tokenizer tokens = blueprint.base().tokens(store)) {
      for (Manifest.Part part : parts().values()) {
        found.add(found(store, blueprint.data(), part, tokens));
      }
    }
    return found;
  }

  private List<Found> asStage(JavaSparkContext spark) throws IOException {
    Broadcast<RunSpec> spec =
        spark.broadcast(
            RunSpec.of(
                blueprint.config(),
                folder.root(),
                new SerializableConfiguration(spark.hadoopConfiguration())));
    List<String> files = List.copyOf(parts().keySet());
    Work work = new Work(spec);
    try {
      int tasks = Math.min(files.size(), TASKS_PER_CORE * spark.defaultParallelism());
      List<String> found =
          SparkJobs.run(
              spark,
              "the check of the rows",
              () -> spark.parallelize(files, tasks).mapPartitions(work::check).collect());
      return found.stream().map(text -> Json.own(text, Found.class)).toList();
    } finally {
      spec.destroy();
    }
  }

  /** A task's files. */
  private record Work(Broadcast<RunSpec> spec) implements Serializable {
    Iterator<String> check(Iterator<String> files) throws IOException {
      Store store = spec.value().store();
      Blueprint blueprint = Blueprints.of(store, spec.value());
      Map<String, Manifest.Part> parts = new TreeMap<>();
      blueprint.manifest().parts().forEach(part -> parts.put(part.file(), part));
      List<String> found = new ArrayList<>();
      try (Tokenizer tokens = blueprint.base().tokens(store)) {
        while (files.hasNext()) {
          Manifest.Part part = parts.get(files.next());
          found.add(Json.pretty(RowCheck.found(store, blueprint.data(), part, tokens)));
        }
      }
      return found.iterator();
    }
  }

  private static Found found(Store store, RunData data, Manifest.Part part, Tokenizer tokens)
      throws IOException {
    try {
      data.files().check(store, part);
    } catch (WrongInput e) {
      return new Found(part.file(), e.getMessage(), null, null);
    }
    try {
      return new Found(part.file(), null, null, data.check(store, part, tokens));
    } catch (WrongInput e) {
      return new Found(part.file(), null, e.getMessage(), null);
    }
  }

  private static SkippedRows skipped(List<Found> found) {
    TreeMap<String, List<Integer>> files = new TreeMap<>();
    List<String> named = new ArrayList<>();
    long rows = 0;
    for (Found one : found) {
      if (one.bad() != null && !one.bad().places().isEmpty()) {
        files.put(one.file(), one.bad().places());
        rows += one.bad().places().size();
        one.bad().named().stream().limit(BadRows.NAMED - named.size()).forEach(named::add);
      }
    }
    return new SkippedRows(rows, files, named);
  }

  private void refuse(List<Found> found, Set<String> evaluated, SkippedRows skipped) {
    List<String> problems = new ArrayList<>();
    long bad = 0;
    for (Found one : found) {
      if (one.unusable() != null) {
        problems.add(one.unusable());
      } else if (one.changed() != null && evaluated.contains(one.file())) {
        problems.add(one.changed());
      }
    }
    int files = problems.size();
    for (Found one : found) {
      if (one.bad() != null) {
        Set<Integer> places = new HashSet<>(one.bad().places());
        places.removeAll(skipped.files().getOrDefault(one.file(), List.of()));
        bad += places.size();
        problems.addAll(places.isEmpty() ? List.of() : one.bad().named());
      }
    }
    if (bad > 0) {
      int shown = Math.min(problems.size(), files + BadRows.NAMED);
      List<String> told = new ArrayList<>(problems.subList(0, shown));
      if (bad > shown - files) {
        told.add("and %d more".formatted(bad - shown + files));
      }
      String data = blueprint.config().data().path();
      // Leaving out all rows would not help, and the reason may be the model's folder.
      throw WrongInput.all(
          bad == rows(found)
              ? "%s: none of the %d rows can be used:".formatted(data, bad)
              : "%s: %d rows cannot be used; correct them and partition again under another name, or leave them out with data.badRows=skip:"
                  .formatted(data, bad),
          told);
    }
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          "%s: files cannot be used:".formatted(blueprint.config().data().path()), problems);
    }
  }

  /** Rows of the files that were read. */
  private long rows(List<Found> found) {
    Map<String, Manifest.Part> parts = parts();
    return found.stream()
        .filter(one -> one.bad() != null)
        .mapToLong(one -> parts.get(one.file()).rows())
        .sum();
  }

  private void tellWhite(List<Found> found) {
    long white = found.stream().filter(f -> f.bad() != null).mapToLong(f -> f.bad().white()).sum();
    if (white > 0) {
      LOG.warn(
          "{}: {} images have 16-bit grey values of which half or more are above 255: these become white, as Pillow's convert does; scale them to 8 bits and partition again under another name",
          blueprint.config().data().path(),
          white);
    }
  }

  private void refuseNothingLeft(SkippedRows skipped) {
    for (String part : blueprint.config().evaluate().parts()) {
      List<Manifest.Part> files = blueprint.data().evaluationParts(part);
      long rows = blueprint.data().evaluationRows(part);
      if (rows > 0 && skipped.count(files) == rows) {
        throw WrongInput.all(
            "%s: none of its %d %s rows can be used:"
                .formatted(blueprint.config().data().path(), rows, part),
            skipped.named());
      }
    }
  }

  private void tell(SkippedRows skipped) {
    long named = skipped.named().size();
    LOG.warn(
        "{}: {} rows cannot be used and are left out (data.badRows: skip; {} has their places):\n  {}{}",
        blueprint.config().data().path(),
        skipped.rows(),
        folder.skipped(),
        String.join("\n  ", skipped.named()),
        skipped.rows() > named ? "\n  and %d more".formatted(skipped.rows() - named) : "");
  }
}
