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
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.Interruptible;
import org.tributary.cluster.SparkJobs;
import org.tributary.error.WrongInput;
import org.tributary.framework.Framework;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Unit;
import org.tributary.torch.Torch;

/**
 * The merge of a round: {@link Framework#merge} for every unit, from ranged reads of the accepted
 * updates, in the driver where the uploads are small, else as a Spark stage. Both give the same
 * bits, and neither needs memory that grows with the clients.
 */
final class Merging {
  private final JavaSparkContext spark;
  private final Broadcast<RunSpec> spec;
  private final Blueprint blueprint;

  Merging(JavaSparkContext spark, Broadcast<RunSpec> spec, Blueprint blueprint) {
    this.spark = spark;
    this.spec = spec;
    this.blueprint = blueprint;
  }

  /**
   * Writes a round's global tensors, unless they are there.
   *
   * @throws WrongInput where an update is not the one that was accepted
   */
  void merge(Store store, RunFolder folder, Accepted accepted, long uploadedBytes)
      throws IOException, InterruptedException {
    Path target = folder.global(accepted.round());
    if (store.exists(target)) {
      return;
    }
    for (Accepted.Choice choice : accepted.clients()) {
      Path file = folder.update(accepted.round(), choice.client(), choice.attempt());
      if (!store.sha256(file).equals(choice.updateSha256())) {
        throw new WrongInput(
            "%s is not what was accepted (its SHA-256 differs); restore it from a backup, or delete %s: then round %d is trained again"
                .formatted(file, folder.round(accepted.round()), accepted.round()));
      }
    }
    Torch.prepareThread(blueprint.config().client().threads()); // large decompositions' bits
    List<Unit> units = blueprint.framework().units(blueprint.plan());
    boolean inDriver = uploadedBytes <= blueprint.config().reduce().driverLimit();
    Assembly assembly = new Assembly();
    if (inDriver) {
      try (Sources sources = new Sources(store, folder, accepted)) {
        for (Unit unit : units) {
          Interruptible.check();
          assembly.add(unit, blueprint.framework().merge(unit, sources.contributions(unit)));
        }
      }
    } else {
      inStage(store, folder, accepted, units, assembly);
    }
    store.commit(target, SafeTensors.content(assembly.tensors(), Map.of("format", "pt")));
    store.delete(folder.pieces(accepted.round()));
  }

  private void inStage(
      Store store, RunFolder folder, Accepted accepted, List<Unit> units, Assembly assembly)
      throws IOException {
    Piece work = new Piece(spec, Json.text(accepted));
    List<Integer> indices = java.util.stream.IntStream.range(0, units.size()).boxed().toList();
    SparkJobs.run(
        spark,
        "round %d: merge".formatted(accepted.round()),
        () -> spark.parallelize(indices, units.size()).map(work::merge).collect());
    for (int i = 0; i < units.size(); i++) {
      Path piece = piece(folder, accepted.round(), i);
      assembly.add(units.get(i), SafeTensors.read(store, piece).tensors());
    }
  }

  private static Path piece(RunFolder folder, int round, int unit) {
    return new Path(folder.pieces(round), String.format(Locale.ROOT, "%08d.safetensors", unit));
  }

  /** One unit's work, in an executor: its result is a file. */
  private record Piece(Broadcast<RunSpec> spec, String accepted) implements Serializable {
    int merge(int index) throws IOException {
      Store store = spec.value().store();
      RunFolder folder = spec.value().folder();
      Accepted choice = Json.parse(accepted, Accepted.class);
      Blueprint blueprint = new Blueprint(store, spec.value().config());
      Torch.prepareThread(blueprint.config().client().threads());
      Unit unit = blueprint.framework().units(blueprint.plan()).get(index);
      try (Sources sources = new Sources(store, folder, choice)) {
        Map<String, HostTensor> merged =
            blueprint.framework().merge(unit, sources.contributions(unit));
        store.commit(piece(folder, choice.round(), index), SafeTensors.content(merged, Map.of()));
      }
      return index;
    }
  }

  /** The accepted updates, open for ranged reads. */
  private static final class Sources implements Closeable {
    private final Accepted accepted;
    private final List<SafeTensors.Reader> readers = new ArrayList<>();

    Sources(Store store, RunFolder folder, Accepted accepted) throws IOException {
      this.accepted = accepted;
      for (Accepted.Choice choice : accepted.clients()) {
        Path file = folder.update(accepted.round(), choice.client(), choice.attempt());
        readers.add(SafeTensors.open(store, file));
      }
    }

    List<Contribution> contributions(Unit unit) throws IOException {
      double[] weights = accepted.weights();
      List<Contribution> contributions = new ArrayList<>();
      for (int k = 0; k < readers.size(); k++) {
        Map<String, HostTensor> tensors = new HashMap<>();
        for (String name : unit.tensors()) {
          tensors.put(name, tensor(readers.get(k), name, unit));
        }
        contributions.add(
            new Contribution(accepted.clients().get(k).client(), weights[k], tensors));
      }
      return contributions;
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
      for (SafeTensors.Reader reader : readers) {
        reader.close();
      }
    }
  }

  /** Puts the units' results together. */
  private final class Assembly {
    private final Map<String, HostTensor> whole = new TreeMap<>();

    void add(Unit unit, Map<String, HostTensor> merged) {
      if (!unit.isChunk()) {
        whole.putAll(merged);
        return;
      }
      String name = unit.tensors().get(0);
      HostTensor part = merged.get(name);
      HostTensor tensor = whole.computeIfAbsent(name, this::empty);
      ByteBuffer target = tensor.data();
      target.position(Math.toIntExact(unit.from() * part.dtype().bytes()));
      target.put(part.data());
    }

    private HostTensor empty(String name) {
      long[] shape = blueprint.plan().parts().get(name).shape();
      int bytes = Math.toIntExact(HostTensor.elements(shape) * DType.F32.bytes());
      ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      return new HostTensor(DType.F32, shape, data);
    }

    Map<String, HostTensor> tensors() {
      return whole;
    }
  }
}
