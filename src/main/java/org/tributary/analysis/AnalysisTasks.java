package org.tributary.analysis;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkJobs;
import org.tributary.json.Json;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.tables.AnalysisTables;
import org.tributary.tables.LayersTable;
import org.tributary.torch.Torch;

/**
 * The tasks of an analysis: one for each round's gradients, one for each layer over all rounds, and
 * those that share the rows of a large matrix.
 */
final class AnalysisTasks implements AutoCloseable {
  private final JavaSparkContext spark;
  private final Blueprint blueprint;
  private final Told told;
  private final Broadcast<Told> broadcast;

  private AnalysisTasks(JavaSparkContext spark, Blueprint blueprint, Told told) {
    this.spark = spark;
    this.blueprint = blueprint;
    this.told = told;
    broadcast = spark.broadcast(told);
  }

  /**
   * What tasks are told.
   *
   * @param run that is analyzed
   * @param central the run to compare with; null for none
   * @param rounds counted from 1
   * @param settings with all values
   * @param layers names
   */
  private record Told(
      RunSpec run, RunSpec central, List<Integer> rounds, Settings settings, List<String> layers)
      implements Serializable {}

  /** The result of a layer's task: one entry for each round. */
  private record Layer(List<AnalysisTables.Measured> rounds) {}

  /** The result of a round's task. */
  private record Gradients(Map<String, LayersTable.Gradient> byLayer) {}

  /** The tasks for a run. */
  static AnalysisTasks of(JavaSparkContext spark, Store store, Analysis.Prepared prepared)
      throws IOException {
    AnalyzedRun run = prepared.run();
    SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
    RunFolder other = prepared.central();
    RunSpec central =
        other == null ? null : RunSpec.of(RunConfig.config(store, other), other.root(), hadoop);
    RunSpec own = RunSpec.of(run.blueprint().config(), run.folder().root(), hadoop);
    return new AnalysisTasks(
        spark,
        run.blueprint(),
        new Told(own, central, List.copyOf(run.rounds()), prepared.settings(), run.layers()));
  }

  @Override
  public void close() {
    if (!spark.sc().isStopped()) {
      broadcast.destroy();
    }
  }

  private boolean isLarge(String layer) {
    return told.settings().isLarge(blueprint, layer);
  }

  /**
   * The gradients at the start of rounds, of layers whose matrix one task can take.
   *
   * @param rounds counted from 1
   * @return by layer, for each round
   */
  List<Map<String, LayersTable.Gradient>> gradients(List<Integer> rounds) throws IOException {
    if (told.settings().gradient() == 0) {
      return rounds.stream().map(round -> Map.<String, LayersTable.Gradient>of()).toList();
    }
    Broadcast<Told> shared = broadcast;
    List<String> found =
        SparkJobs.run(
            spark,
            "the gradients of the rounds",
            () ->
                spark
                    .parallelize(rounds, rounds.size())
                    .map(round -> gradients(shared.value(), round))
                    .collect());
    return found.stream().map(text -> Json.own(text, Gradients.class).byLayer()).toList();
  }

  /**
   * The layers, in their order.
   *
   * @return for each layer one entry for each round
   */
  List<List<AnalysisTables.Measured>> layers() throws IOException {
    List<String> small = told.layers().stream().filter(layer -> !isLarge(layer)).toList();
    Broadcast<Told> shared = broadcast;
    Map<String, List<AnalysisTables.Measured>> measured = new HashMap<>();
    if (!small.isEmpty()) {
      List<String> found =
          SparkJobs.run(
              spark,
              "the layers of the run",
              () ->
                  spark
                      .parallelize(small, small.size())
                      .map(layer -> layer(shared.value(), layer))
                      .collect());
      for (int i = 0; i < found.size(); i++) {
        measured.put(small.get(i), Json.own(found.get(i), Layer.class).rounds());
      }
    }
    for (String layer : told.layers()) {
      if (!measured.containsKey(layer)) {
        measured.put(layer, SparkJobs.run(spark, "the layer " + layer, () -> spread(layer)));
      }
    }
    return told.layers().stream().map(measured::get).toList();
  }

  private List<AnalysisTables.Measured> spread(String layer) throws IOException {
    Torch.prepareThread(1);
    SpreadLayer large = new SpreadLayer(spark, told.run(), told.central(), blueprint, layer);
    LayerMeasures measures = measures(blueprint, layer, large.weightNorm(), told.settings());
    List<AnalysisTables.Measured> rounds = new ArrayList<>();
    for (int round : told.rounds()) {
      rounds.add(large.measured(round, measures));
    }
    return rounds;
  }

  private static LayerMeasures measures(
      Blueprint blueprint, String layer, double weightNorm, Settings settings) {
    int rank = blueprint.lora() == null ? 0 : blueprint.lora().rank();
    return new LayerMeasures(layer, weightNorm, rank, settings.dimensions(), settings.values());
  }

  private static String gradients(Told told, int round) throws IOException, InterruptedException {
    Store store = told.run().store();
    Blueprint blueprint = Blueprints.of(store, told.run());
    List<String> layers =
        told.layers().stream().filter(layer -> !told.settings().isLarge(blueprint, layer)).toList();
    RunGradients gradients =
        new RunGradients(
            store, told.run().folder(), blueprint, layers, told.settings().dimensions());
    return Json.pretty(new Gradients(gradients.at(round - 1, told.settings().gradient())));
  }

  private static String layer(Told told, String layer) throws IOException {
    Torch.prepareThread(1);
    Store store = told.run().store();
    Blueprint blueprint = Blueprints.of(store, told.run());
    LayerReader reader = new LayerReader(store, told.run().folder(), blueprint, layer);
    LayerReader central = null;
    if (told.central() != null) {
      Blueprint other = Blueprints.of(store, told.central());
      central = new LayerReader(store, told.central().folder(), other, layer);
    }
    LayerMeasures measures = measures(blueprint, layer, reader.weightNorm(), told.settings());
    List<AnalysisTables.Measured> rounds = new ArrayList<>();
    for (int round : told.rounds()) {
      rounds.add(measures.of(reader.updates(round, central)));
    }
    return Json.pretty(new Layer(rounds));
  }
}
