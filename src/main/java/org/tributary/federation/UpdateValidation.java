package org.tributary.federation;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkJobs;
import org.tributary.json.Json;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;

/**
 * Checks every committed client update before it can be accepted: names, shapes, types, and that
 * every number is finite. Runs in the driver if the uploads are small, otherwise as a Spark stage.
 */
final class UpdateValidation {
  private final JavaSparkContext spark;
  private final Broadcast<RunSpec> spec;
  private final Blueprint blueprint;

  UpdateValidation(JavaSparkContext spark, Broadcast<RunSpec> spec, Blueprint blueprint) {
    this.spark = spark;
    this.spec = spec;
    this.blueprint = blueprint;
  }

  /**
   * The result of the check of one update.
   *
   * @param client id
   * @param attempt whose update it is
   * @param problem null if the update may be accepted
   * @param sha256 of the update
   * @param stateSha256 of the state; null without
   */
  record Checked(
      String client, String attempt, String problem, String sha256, String stateSha256) {}

  /** Checks one committed attempt per client, the first by name. */
  List<Checked> check(Store store, RunFolder folder, int round)
      throws IOException, InterruptedException {
    SortedMap<String, RunFolder.Attempt> attempts = new TreeMap<>();
    long bytes = 0;
    for (FileStatus file : store.list(folder.updates(round))) {
      RunFolder.Attempt a = RunFolder.Attempt.of(file.getPath()).orElse(null);
      if (a != null && !a.failed() && attempts.putIfAbsent(a.client(), a) == null) {
        bytes += file.getLen();
      }
    }
    if (bytes > blueprint.config().reduce().driverLimit()) {
      Work work = new Work(spec, round);
      List<String> names =
          attempts.values().stream().map(a -> a.client() + "\n" + a.attempt()).toList();
      List<String> checked =
          SparkJobs.run(
              spark,
              "round %d: checking the client updates".formatted(round + 1),
              () -> spark.parallelize(names, names.size()).map(work::check).collect());
      return checked.stream().map(text -> Json.own(text, Checked.class)).toList();
    }
    return DriverThreads.map(
        List.copyOf(attempts.values()),
        a -> check(store, folder, blueprint, round, a.client(), a.attempt()));
  }

  /** One update's check, in an executor. */
  private record Work(Broadcast<RunSpec> spec, int round) implements Serializable {
    String check(String name) throws IOException {
      String[] parts = name.split("\n");
      Store store = spec.value().store();
      Blueprint blueprint = Blueprints.of(store, spec.value());
      return Json.pretty(
          UpdateValidation.check(
              store, spec.value().folder(), blueprint, round, parts[0], parts[1]));
    }
  }

  private static Checked check(
      Store store, RunFolder folder, Blueprint blueprint, int round, String client, String attempt)
      throws IOException {
    Path file = folder.update(round, client, attempt);
    UpdateScan.Findings found =
        UpdateScan.of(store, file, blueprint.ranks().plan(client, blueprint.plan(round)));
    Path state = folder.state(round, client, attempt);
    return new Checked(
        client,
        attempt,
        found.problem(),
        found.sha256(),
        store.exists(state) ? store.sha256(state) : null);
  }
}
