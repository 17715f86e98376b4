package org.tributary.analysis;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkJobs;
import org.tributary.json.Json;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.GlobalState;
import org.tributary.run.RunSpec;
import org.tributary.torch.Torch;

/**
 * The tasks that measure how far the runs of a comparison moved: one for each layer of each group
 * of runs, and one for each run about its other weights.
 */
final class DriftTasks implements AutoCloseable {
  private static final String WEIGHT = ".weight";

  private final JavaSparkContext spark;
  private final Broadcast<Told> told;
  private final List<Unit> units = new ArrayList<>();

  private DriftTasks(JavaSparkContext spark, Told told) {
    this.spark = spark;
    this.told = spark.broadcast(told);
    for (int g = 0; g < told.groups().size(); g++) {
      for (String layer : told.layers()) {
        units.add(new Unit(g, layer));
      }
      units.add(new Unit(g, null));
    }
  }

  /** A run that tasks read; without a specification it has no global model. */
  private record ToldRun(RunSpec spec, int round) implements Serializable {}

  /** Runs that are compared with each other. */
  private record ToldGroup(List<ToldRun> runs, int central) implements Serializable {}

  /** What tasks are told. */
  private record Told(List<ToldGroup> groups, List<String> layers, int rank)
      implements Serializable {}

  /** The work of a task: a layer of a group's runs, or with null their other weights. */
  private record Unit(int group, String layer) implements Serializable {}

  /**
   * What is measured of a run.
   *
   * @param layers in their order
   * @param outside ‖U‖² of all shared weights that are in none of the layers
   */
  record Measured(List<LayerDrift> layers, double outside) {}

  /** The result of a task: for each run of the group one entry, null without a global model. */
  private record Found(List<LayerDrift> layers, List<Double> outside) {}

  /** The tasks for the runs of a comparison. */
  static DriftTasks of(JavaSparkContext spark, ComparedRuns runs, List<String> layers, int rank)
      throws IOException {
    SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
    List<ToldGroup> groups = new ArrayList<>();
    for (ComparedRuns.Group group : runs.groups()) {
      List<ToldRun> each = new ArrayList<>();
      for (ComparedRun run : group.runs()) {
        RunSpec spec =
            run.isPersonal()
                ? null
                : RunSpec.of(run.blueprint().config(), run.folder().root(), hadoop);
        each.add(new ToldRun(spec, run.round()));
      }
      groups.add(new ToldGroup(each, group.central()));
    }
    return new DriftTasks(spark, new Told(groups, List.copyOf(layers), rank));
  }

  @Override
  public void close() {
    if (!spark.sc().isStopped()) {
      told.destroy();
    }
  }

  /**
   * Measures all runs.
   *
   * @return for each group one entry for each run; null for a run without a global model
   */
  List<List<Measured>> run() throws IOException {
    Broadcast<Told> shared = told;
    List<String> texts =
        SparkJobs.run(
            spark,
            "the layers of the comparison's runs",
            () ->
                spark
                    .parallelize(units, units.size())
                    .map(unit -> Json.pretty(found(shared.value(), unit)))
                    .collect());
    List<Found> found = texts.stream().map(text -> Json.own(text, Found.class)).toList();
    List<List<Measured>> measured = new ArrayList<>();
    for (int g = 0; g < told.value().groups().size(); g++) {
      List<Found> ofGroup = new ArrayList<>();
      for (int u = 0; u < units.size(); u++) {
        if (units.get(u).group() == g) {
          ofGroup.add(found.get(u));
        }
      }
      measured.add(joined(ofGroup));
    }
    return measured;
  }

  /** The layers of each run, from those of each task; the last task has the other weights. */
  private static List<Measured> joined(List<Found> tasks) {
    Found others = tasks.get(tasks.size() - 1);
    List<Measured> runs = new ArrayList<>();
    for (int i = 0; i < others.outside().size(); i++) {
      int run = i;
      runs.add(
          others.outside().get(i) == null
              ? null
              : new Measured(
                  tasks.subList(0, tasks.size() - 1).stream()
                      .map(task -> task.layers().get(run))
                      .toList(),
                  others.outside().get(i)));
    }
    return runs;
  }

  private static Found found(Told told, Unit unit) throws IOException {
    Torch.prepareThread(1);
    ToldGroup group = told.groups().get(unit.group());
    if (unit.layer() == null) {
      List<Double> outside = new ArrayList<>();
      for (ToldRun run : group.runs()) {
        outside.add(run.spec() == null ? null : (Double) outside(run, told.layers()));
      }
      return new Found(List.of(), outside);
    }
    LayerDrift.Moved central = moved(group.runs().get(group.central()), unit.layer());
    List<LayerDrift> layers = new ArrayList<>();
    for (int i = 0; i < group.runs().size(); i++) {
      ToldRun run = group.runs().get(i);
      layers.add(run.spec() == null ? null : layer(run, unit.layer(), central, told.rank()));
    }
    return new Found(layers, List.of());
  }

  private static LayerReader reader(ToldRun run, String layer) throws IOException {
    Store store = run.spec().store();
    return new LayerReader(store, run.spec().folder(), Blueprints.of(store, run.spec()), layer);
  }

  private static LayerDrift.Moved moved(ToldRun run, String layer) throws IOException {
    LayerReader reader = reader(run, layer);
    return reader.changes()
        ? LayerDrift.Moved.of(reader.global(run.round()), reader.global(0))
        : LayerDrift.Moved.NOT;
  }

  private static LayerDrift layer(ToldRun run, String layer, LayerDrift.Moved central, int rank)
      throws IOException {
    Blueprint blueprint = Blueprints.of(run.spec().store(), run.spec());
    boolean whole = blueprint.plan(0).parts().containsKey(layer + WEIGHT);
    boolean adapted = blueprint.adapted().containsKey(layer);
    LayerDrift.Reach reach = new LayerDrift.Reach(whole, adapted ? blueprint.lora().rank() : 0);
    return LayerDrift.of(reader(run, layer).weightNorm(), moved(run, layer), central, reach, rank);
  }

  /**
   * ‖U‖² of the shared weights that are no matrix of the layers: embeddings, norms, biases, head.
   */
  private static double outside(ToldRun run, List<String> layers) throws IOException {
    Store store = run.spec().store();
    Blueprint blueprint = Blueprints.of(store, run.spec());
    TreeMap<String, long[]> others = new TreeMap<>();
    blueprint.plan(0).parts().forEach((name, part) -> others.put(name, part.shape()));
    others.keySet().retainAll(blueprint.modelTensors());
    others.keySet().removeIf(name -> ofLayers(name, layers, blueprint.adapted()));
    double squares = 0;
    int rounds = run.round();
    try (GlobalState after =
            GlobalState.open(store, run.spec().folder(), blueprint.plan(rounds), rounds);
        GlobalState before = GlobalState.open(store, run.spec().folder(), blueprint.plan(0), 0)) {
      for (String name : others.keySet()) {
        squares += squares(after.tensor(name), before.tensor(name));
      }
    }
    return squares;
  }

  private static boolean ofLayers(String name, List<String> layers, Map<String, long[]> adapted) {
    return layers.stream().anyMatch(layer -> name.equals(layer + WEIGHT))
        || adapted.keySet().stream()
            .anyMatch(layer -> name.equals(layer + Adapters.A) || name.equals(layer + Adapters.B));
  }

  private static double squares(HostTensor one, HostTensor other) {
    float[] a = one.to(DType.F32).toFloats();
    float[] b = other.to(DType.F32).toFloats();
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }
}
