package org.tributary.analysis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.federation.AcceptedUpdates;
import org.tributary.federation.UpdateReader;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.DType;
import org.tributary.run.Blueprint;
import org.tributary.run.GlobalState;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.tables.AnalysisTables;

/**
 * How a layer moves whose matrix is too large for one task. The driver asks for one matrix after
 * the other, and tasks share its rows.
 */
final class SpreadLayer {
  private static final String WEIGHT = ".weight";

  private final JavaSparkContext spark;
  private final RunSpec run;
  private final RunSpec central;
  private final Blueprint blueprint;
  private final String layer;
  private final long[] shape;

  /**
   * For a layer whose whole weight the run changes.
   *
   * @param central the run to compare with; null for none
   */
  SpreadLayer(
      JavaSparkContext spark, RunSpec run, RunSpec central, Blueprint blueprint, String layer) {
    this.spark = spark;
    this.run = run;
    this.central = central;
    this.blueprint = blueprint;
    this.layer = layer;
    shape = blueprint.base().used().get(layer + WEIGHT).shape();
  }

  /** ‖W‖_F before training. */
  double weightNorm() throws IOException {
    double squares = 0;
    for (float value : blueprint.base().files().tensor(layer + WEIGHT).to(DType.F32).toFloats()) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }

  /**
   * Measures a round, after the earlier ones.
   *
   * @param round counted from 1
   * @param measures of the layer
   */
  AnalysisTables.Measured measured(int round, LayerMeasures measures) throws IOException {
    List<SpreadChange> open = new ArrayList<>();
    try {
      List<LayerUpdates.Client> clients = clients(round - 1, open);
      SpreadChange merged = change(global(run, round), global(run, round - 1), open);
      SpreadChange sum = change(global(run, round), global(run, 0), open);
      return measures.of(new LayerUpdates(round, clients, merged, sum, drift(round, open)));
    } finally {
      open.forEach(SpreadChange::close);
    }
  }

  private WeightRows global(RunSpec of, int rounds) {
    return new WeightRows(of, layer, rounds, null);
  }

  private SpreadChange change(WeightRows one, WeightRows other, List<SpreadChange> open) {
    boolean transposed = blueprint.architecture().transposed(layer);
    SpreadChange change = new SpreadChange(spark, one, other, shape, transposed);
    open.add(change);
    return change;
  }

  private Double drift(int round, List<SpreadChange> open) throws IOException {
    if (central == null) {
      return null;
    }
    double whole = change(global(central, round), global(central, 0), open).norm();
    double apart = change(global(run, round), global(central, round), open).norm();
    return whole == 0 ? null : Double.valueOf(apart / whole);
  }

  /** With adapters, clients' updates are small: they are read here. */
  private List<LayerUpdates.Client> clients(int round, List<SpreadChange> open) throws IOException {
    Store store = run.store();
    RunFolder folder = run.folder();
    if (blueprint.adapted().containsKey(layer)) {
      return new LayerReader(store, folder, blueprint, layer).clients(round);
    }
    AcceptedUpdates accepted = JsonFiles.read(store, folder.accepted(round), AcceptedUpdates.class);
    List<ClientReport> reports = new ArrayList<>();
    try (GlobalState state = GlobalState.open(store, folder, blueprint.plan(round), round)) {
      for (AcceptedUpdates.Choice choice : accepted.clients()) {
        try (UpdateReader update =
            new UpdateReader(
                store, folder.update(round, choice.client(), choice.attempt()), state)) {
          reports.add(update.report());
        }
      }
    }
    double[] weights = blueprint.framework().weights(reports);
    List<LayerUpdates.Client> clients = new ArrayList<>();
    for (int k = 0; k < weights.length; k++) {
      String id = accepted.clients().get(k).client();
      Change change = change(new WeightRows(run, layer, round, id), global(run, round), open);
      clients.add(new LayerUpdates.Client(id, weights[k], change, null));
    }
    return clients;
  }
}
