package org.tributary.federation;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkJobs;
import org.tributary.error.WrongInput;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;

/**
 * Looks at every committed update before it may be accepted: names, shapes, types, and that every
 * number is finite. In the driver where the uploads are small, else as a Spark stage.
 */
final class Validation {
  /** Elements looked at in one read. */
  private static final long CHUNK = 1L << 22;

  private final JavaSparkContext spark;
  private final Broadcast<RunSpec> spec;
  private final Blueprint blueprint;

  Validation(JavaSparkContext spark, Broadcast<RunSpec> spec, Blueprint blueprint) {
    this.spark = spark;
    this.spec = spec;
    this.blueprint = blueprint;
  }

  /**
   * What was found.
   *
   * @param client id
   * @param attempt whose update it is
   * @param problem null where the update may be accepted
   * @param sha256 of the update
   * @param stateSha256 of the state; null without
   */
  record Checked(
      String client, String attempt, String problem, String sha256, String stateSha256) {}

  /** Checks one committed attempt per client, the first by name. */
  List<Checked> check(Store store, RunFolder folder, int round) throws IOException {
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
              "round %d: a look at the updates".formatted(round),
              () -> spark.parallelize(names, names.size()).map(work::check).collect());
      return checked.stream().map(text -> Json.parse(text, Checked.class)).toList();
    }
    List<Checked> all = new ArrayList<>();
    for (RunFolder.Attempt a : attempts.values()) {
      all.add(check(store, folder, blueprint, round, a.client(), a.attempt()));
    }
    return all;
  }

  /** One update's check, in an executor. */
  private record Work(Broadcast<RunSpec> spec, int round) implements Serializable {
    String check(String name) throws IOException {
      String[] parts = name.split("\n");
      Store store = spec.value().store();
      Blueprint blueprint = new Blueprint(store, spec.value().config());
      return Json.text(
          Validation.check(store, spec.value().folder(), blueprint, round, parts[0], parts[1]));
    }
  }

  private static Checked check(
      Store store, RunFolder folder, Blueprint blueprint, int round, String client, String attempt)
      throws IOException {
    Path file = folder.update(round, client, attempt);
    String problem;
    try (SafeTensors.Reader reader = SafeTensors.open(store, file)) {
      problem = problem(reader, blueprint.ranks().plan(client, blueprint.plan(round)));
    } catch (WrongInput e) {
      problem = e.getMessage();
    }
    Path state = folder.state(round, client, attempt);
    return new Checked(
        client,
        attempt,
        problem,
        store.sha256(file),
        store.exists(state) ? store.sha256(state) : null);
  }

  private static String problem(SafeTensors.Reader reader, RoundPlan plan) throws IOException {
    SortedMap<String, long[]> asked = plan.where(Role::goesUp);
    Map<String, SafeTensorsHeader.Entry> found = reader.header().tensors();
    if (!found.keySet().equals(asked.keySet())) {
      return "its update has other tensors than the plan: %d instead of %d"
          .formatted(found.size(), asked.size());
    }
    for (Map.Entry<String, long[]> tensor : asked.entrySet()) {
      SafeTensorsHeader.Entry entry = found.get(tensor.getKey());
      if (entry.dtype() != DType.F32 || !Arrays.equals(entry.shape(), tensor.getValue())) {
        return "its update has tensor %s as %s%s, the plan asks for F32%s"
            .formatted(
                tensor.getKey(),
                entry.dtype(),
                Arrays.toString(entry.shape()),
                Arrays.toString(tensor.getValue()));
      }
      if (!isFinite(reader, tensor.getKey(), HostTensor.elements(tensor.getValue()))) {
        return "its update has a number in tensor %s that is not finite; lower client.optimizer.lr"
            .formatted(tensor.getKey());
      }
    }
    String report = reader.header().metadata().get(ClientReport.KEY);
    if (report == null) {
      return "its update has no report in its header";
    }
    return null;
  }

  private static boolean isFinite(SafeTensors.Reader reader, String name, long elements)
      throws IOException {
    for (long from = 0; from < elements; from += CHUNK) {
      ByteBuffer values = reader.range(name, from, Math.min(elements, from + CHUNK));
      while (values.hasRemaining()) {
        if (!Float.isFinite(values.getFloat())) {
          return false;
        }
      }
    }
    return true;
  }
}
