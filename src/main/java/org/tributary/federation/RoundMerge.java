package org.tributary.federation;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.Interruptible;
import org.tributary.cluster.SparkJobs;
import org.tributary.error.WrongInput;
import org.tributary.framework.Framework;
import org.tributary.json.Json;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.GlobalState;
import org.tributary.run.RunFileReader;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.torch.Torch;

/**
 * The merge (aggregation) of a round: {@link Framework#merge} for every unit, from ranged reads of
 * the accepted updates and of the global state, in the driver if the uploads are small, otherwise
 * as a Spark stage. Both give the same bits, and neither needs memory that grows with the clients.
 */
final class RoundMerge {
  /** Tasks for each core: enough to share the work evenly, few enough to cost nothing. */
  private static final int PIECES = 4;

  private final JavaSparkContext spark;
  private final Broadcast<RunSpec> spec;
  private final Blueprint blueprint;
  private final Store store;
  private final RunFolder folder;

  RoundMerge(JavaSparkContext spark, Broadcast<RunSpec> spec, Blueprint blueprint)
      throws IOException {
    this.spark = spark;
    this.spec = spec;
    this.blueprint = blueprint;
    store = spec.value().store();
    folder = spec.value().folder();
  }

  /**
   * Writes the global state after a round, unless it exists already.
   *
   * @param accepted the choice of the round
   * @param weights p_k of the accepted clients, in their order
   * @param looked hashes of the updates that this driver has just looked at, by file
   * @param uploadedBytes of all of them
   * @throws WrongInput if an update is not the one that was accepted
   */
  void merge(
      AcceptedUpdates accepted, double[] weights, Map<Path, String> looked, long uploadedBytes)
      throws IOException, InterruptedException {
    int round = accepted.round();
    Path target = folder.global(round);
    if (store.exists(target)) {
      return;
    }
    boolean isSmall = uploadedBytes <= blueprint.config().reduce().driverLimit();
    checkUpdates(accepted, looked, isSmall);
    RoundPlan plan = blueprint.plan(round);
    List<Unit> units = blueprint.framework().units(plan);
    MergedTensors assembly = new MergedTensors(plan);
    if (isSmall) {
      inDriver(accepted, weights, units, assembly);
    } else {
      inStage(accepted, weights, units, assembly);
    }
    try (GlobalState state = GlobalState.open(store, folder, plan, round)) {
      Map<String, HostTensor> after = state.after(round, assembly.tensors());
      store.commit(target, SafeTensors.content(after, Map.of("format", "pt")));
    }
    store.delete(folder.pieces(round));
  }

  /**
   * Checks by hash that the merge reads the accepted updates, unless this driver has just computed
   * the hashes.
   */
  private void checkUpdates(AcceptedUpdates accepted, Map<Path, String> looked, boolean isSmall)
      throws IOException, InterruptedException {
    Map<Path, String> chosen = new TreeMap<>();
    for (AcceptedUpdates.Choice choice : accepted.clients()) {
      Path file = folder.update(accepted.round(), choice.client(), choice.attempt());
      if (!choice.updateSha256().equals(looked.get(file))) {
        chosen.put(file, choice.updateSha256());
      }
    }
    List<Path> files = List.copyOf(chosen.keySet());
    Hash work = new Hash(spec);
    List<String> hashes =
        isSmall || files.isEmpty()
            ? DriverThreads.map(files, store::sha256)
            : SparkJobs.run(
                spark,
                "round %d: hashes of the client updates".formatted(accepted.round() + 1),
                () ->
                    spark
                        .parallelize(files.stream().map(Path::toString).toList(), files.size())
                        .map(work::of)
                        .collect());
    for (int i = 0; i < files.size(); i++) {
      if (!hashes.get(i).equals(chosen.get(files.get(i)))) {
        throw new WrongInput(
            "%s is not what was accepted (its SHA-256 differs); %s"
                .formatted(files.get(i), RunFileReader.trainAgain(folder, accepted.round())));
      }
    }
  }

  /** A file's hash, in an executor. */
  private record Hash(Broadcast<RunSpec> spec) implements Serializable {
    String of(String file) throws IOException {
      return spec.value().store().sha256(new Path(file));
    }
  }

  private void inDriver(
      AcceptedUpdates accepted, double[] weights, List<Unit> units, MergedTensors assembly)
      throws IOException, InterruptedException {
    DriverThreads.map(
        IndexRange.of(units.size(), DriverThreads.count()),
        chunk -> {
          Torch.prepareThread(blueprint.config().client().threads()); // decompositions' bits
          try (MergeSources sources =
              new MergeSources(store, folder, blueprint, accepted, weights)) {
            for (Unit unit : units.subList(chunk.from(), chunk.to())) {
              Interruptible.check();
              assembly.add(unit, sources.merged(unit));
            }
          }
          return chunk;
        });
  }

  private void inStage(
      AcceptedUpdates accepted, double[] weights, List<Unit> units, MergedTensors assembly)
      throws IOException, InterruptedException {
    UnitsTask work = new UnitsTask(spec, Json.pretty(accepted), weights);
    List<IndexRange> chunks = IndexRange.of(units.size(), PIECES * spark.defaultParallelism());
    SparkJobs.run(
        spark,
        "round %d: merging (aggregating) the client updates".formatted(accepted.round() + 1),
        () -> spark.parallelize(chunks, chunks.size()).map(work::merge).collect());
    DriverThreads.map(
        chunks,
        chunk -> {
          SafeTensors.read(store, piece(folder, accepted.round(), chunk))
              .tensors()
              .forEach(
                  (key, tensor) -> {
                    int slash = key.indexOf('/');
                    Unit unit = units.get(Integer.parseInt(key.substring(0, slash)));
                    assembly.add(unit, Map.of(key.substring(slash + 1), tensor));
                  });
          return chunk;
        });
  }

  private static Path piece(RunFolder folder, int round, IndexRange chunk) {
    return new Path(
        folder.pieces(round),
        String.format(Locale.ROOT, "%08d-%08d.safetensors", chunk.from(), chunk.to()));
  }

  /** Merges some units in an executor and writes the results to a file. */
  private record UnitsTask(Broadcast<RunSpec> spec, String accepted, double[] weights)
      implements Serializable {
    int merge(IndexRange chunk) throws IOException {
      Store store = spec.value().store();
      RunFolder folder = spec.value().folder();
      AcceptedUpdates choice = Json.own(accepted, AcceptedUpdates.class);
      Blueprint blueprint = Blueprints.of(store, spec.value());
      Torch.prepareThread(blueprint.config().client().threads());
      List<Unit> units = blueprint.framework().units(blueprint.plan(choice.round()));
      Map<String, HostTensor> merged = new TreeMap<>();
      try (MergeSources sources = new MergeSources(store, folder, blueprint, choice, weights)) {
        for (int i = chunk.from(); i < chunk.to(); i++) {
          Interruptible.check(TaskContext.get());
          int unit = i;
          sources
              .merged(units.get(i))
              .forEach((name, tensor) -> merged.put(unit + "/" + name, tensor));
        }
      }
      store.commit(piece(folder, choice.round(), chunk), SafeTensors.content(merged, Map.of()));
      return chunk.from();
    }
  }
}
