package org.tributary.federation;

import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.tributary.protocol.Contribution;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.GlobalState;
import org.tributary.run.OwnFiles;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.torch.Torch;

/**
 * The merge of a round: {@link Framework#merge} for every unit, from ranged reads of the accepted
 * updates and of the global state, in the driver where the uploads are small, else as a Spark
 * stage. Both give the same bits, and neither needs memory that grows with the clients.
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
   * Writes the global state that a round leaves, unless it is there.
   *
   * @param accepted the choice of the round
   * @param weights p_k of the accepted clients, in their order
   * @param looked hashes of the updates that this driver has just looked at, by file
   * @param uploadedBytes of all of them
   * @throws WrongInput where an update is not the one that was accepted
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
    Assembly assembly = new Assembly(plan);
    if (isSmall) {
      inDriver(accepted, weights, units, assembly);
    } else {
      inStage(accepted, weights, units, assembly);
    }
    // What this round's merge does not write stays as it was.
    try (GlobalState state = GlobalState.open(store, folder, plan, round)) {
      assembly.tensors().putAll(state.merged(assembly.tensors().keySet()));
    }
    store.commit(target, SafeTensors.content(assembly.tensors(), Map.of("format", "pt")));
    store.delete(folder.pieces(round));
  }

  /** What was accepted is what is merged: by hash, unless this driver has just worked it out. */
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
                "round %d: hashes of the updates".formatted(accepted.round()),
                () ->
                    spark
                        .parallelize(files.stream().map(Path::toString).toList(), files.size())
                        .map(work::of)
                        .collect());
    for (int i = 0; i < files.size(); i++) {
      if (!hashes.get(i).equals(chosen.get(files.get(i)))) {
        throw new WrongInput(
            "%s is not what was accepted (its SHA-256 differs); %s"
                .formatted(files.get(i), OwnFiles.trainAgain(folder, accepted.round())));
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
      AcceptedUpdates accepted, double[] weights, List<Unit> units, Assembly assembly)
      throws IOException, InterruptedException {
    DriverThreads.map(
        Chunk.of(units.size(), DriverThreads.count()),
        span -> {
          Torch.prepareThread(blueprint.config().client().threads()); // decompositions' bits
          try (Sources sources = new Sources(store, folder, blueprint, accepted, weights)) {
            for (Unit unit : units.subList(span.from(), span.to())) {
              Interruptible.check();
              assembly.add(unit, blueprint.framework().merge(unit, sources.of(unit)));
            }
          }
          return span;
        });
  }

  private void inStage(
      AcceptedUpdates accepted, double[] weights, List<Unit> units, Assembly assembly)
      throws IOException {
    UnitsTask work = new UnitsTask(spec, Json.pretty(accepted), weights);
    List<Chunk> spans = Chunk.of(units.size(), PIECES * spark.defaultParallelism());
    SparkJobs.run(
        spark,
        "round %d: merge".formatted(accepted.round()),
        () -> spark.parallelize(spans, spans.size()).map(work::merge).collect());
    for (Chunk span : spans) {
      Map<String, HostTensor> merged =
          SafeTensors.read(store, piece(folder, accepted.round(), span)).tensors();
      merged.forEach(
          (key, tensor) -> {
            int slash = key.indexOf('/');
            Unit unit = units.get(Integer.parseInt(key.substring(0, slash)));
            assembly.add(unit, Map.of(key.substring(slash + 1), tensor));
          });
    }
  }

  private static Path piece(RunFolder folder, int round, Chunk span) {
    return new Path(
        folder.pieces(round),
        String.format(Locale.ROOT, "%08d-%08d.safetensors", span.from(), span.to()));
  }

  /** The work on some units, in an executor: its results are a file. */
  private record UnitsTask(Broadcast<RunSpec> spec, String accepted, double[] weights)
      implements Serializable {
    int merge(Chunk span) throws IOException {
      Store store = spec.value().store();
      RunFolder folder = spec.value().folder();
      AcceptedUpdates choice = Json.own(accepted, AcceptedUpdates.class);
      Blueprint blueprint = Blueprints.of(store, spec.value());
      Torch.prepareThread(blueprint.config().client().threads());
      List<Unit> units = blueprint.framework().units(blueprint.plan(choice.round()));
      Map<String, HostTensor> merged = new TreeMap<>();
      try (Sources sources = new Sources(store, folder, blueprint, choice, weights)) {
        for (int i = span.from(); i < span.to(); i++) {
          Interruptible.check(TaskContext.get());
          int unit = i;
          blueprint
              .framework()
              .merge(units.get(i), sources.of(units.get(i)))
              .forEach((name, tensor) -> merged.put(unit + "/" + name, tensor));
        }
      }
      store.commit(piece(folder, choice.round(), span), SafeTensors.content(merged, Map.of()));
      return span.from();
    }
  }

  /** The accepted updates and the global state, open for ranged reads. */
  private static final class Sources implements Closeable {
    private final AcceptedUpdates accepted;
    private final double[] weights;
    private final int population;
    private final GlobalState state;
    private final List<SafeTensors.Reader> updates = new ArrayList<>();

    Sources(
        Store store,
        RunFolder folder,
        Blueprint blueprint,
        AcceptedUpdates accepted,
        double[] weights)
        throws IOException {
      this.accepted = accepted;
      this.weights = weights;
      int round = accepted.round();
      population = blueprint.manifest().clients().size();
      state = GlobalState.open(store, folder, blueprint.plan(round), round);
      try {
        for (AcceptedUpdates.Choice choice : accepted.clients()) {
          Path file = folder.update(round, choice.client(), choice.attempt());
          updates.add(SafeTensors.open(store, file));
        }
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }

    Merge of(Unit unit) throws IOException {
      List<Contribution> contributions = new ArrayList<>();
      for (int k = 0; k < updates.size(); k++) {
        Map<String, HostTensor> tensors = new HashMap<>();
        for (String name : unit.updates()) {
          tensors.put(name, tensor(updates.get(k), name, unit));
        }
        contributions.add(
            new Contribution(accepted.clients().get(k).client(), weights[k], tensors));
      }
      Map<String, HostTensor> server = new HashMap<>();
      for (String name : unit.server()) {
        server.put(name, state.tensor(name, unit));
      }
      return new Merge(accepted.round(), population, server, contributions);
    }

    private static HostTensor tensor(SafeTensors.Reader reader, String name, Unit unit)
        throws IOException {
      if (!unit.isChunk()) {
        return reader.tensor(name);
      }
      long[] shape = {unit.to() - unit.from()};
      return new HostTensor(DType.F32, shape, reader.range(name, unit.from(), unit.to()));
    }

    @Override
    public void close() throws IOException {
      state.close();
      for (SafeTensors.Reader reader : updates) {
        reader.close();
      }
    }
  }

  /** Puts the units' results together. */
  private static final class Assembly {
    private final RoundPlan plan;
    private final Map<String, HostTensor> whole = new TreeMap<>();

    Assembly(RoundPlan plan) {
      this.plan = plan;
    }

    /** Takes a unit's results; asked by several threads. */
    void add(Unit unit, Map<String, HostTensor> merged) {
      merged.forEach(
          (name, part) -> {
            if (!plan.says(name, Role::isMerged)) {
              throw new IllegalStateException("a merge wrote " + name + ", which is not its own");
            }
            if (unit.isChunk()) {
              put(name, part, unit.from());
            } else {
              keep(name, part);
            }
          });
    }

    private void put(String name, HostTensor part, long from) {
      ByteBuffer target = whole(name).data();
      target.position(Math.toIntExact(from * part.dtype().bytes()));
      target.put(part.data());
    }

    private synchronized HostTensor whole(String name) {
      return whole.computeIfAbsent(name, this::empty);
    }

    private synchronized void keep(String name, HostTensor tensor) {
      whole.put(name, tensor);
    }

    private HostTensor empty(String name) {
      long[] shape = plan.parts().get(name).shape();
      int bytes = Math.toIntExact(HostTensor.elements(shape) * DType.F32.bytes());
      ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      return new HostTensor(DType.F32, shape, data);
    }

    Map<String, HostTensor> tensors() {
      return whole;
    }
  }
}
