package org.tributary.analysis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.federation.AcceptedUpdates;
import org.tributary.federation.UpdateReader;
import org.tributary.framework.TensorMatrices;
import org.tributary.linalg.Matrix;
import org.tributary.linalg.MatrixSum;
import org.tributary.linalg.Spectrum;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;
import org.tributary.run.Blueprint;
import org.tributary.run.GlobalState;
import org.tributary.run.RunFolder;

/**
 * Reads how one layer of a run moves, from the files that the run keeps. All matrices are [out,
 * in], also of layers whose weight is stored transposed.
 */
final class LayerReader {
  private static final String WEIGHT = ".weight";

  private final Store store;
  private final RunFolder folder;
  private final Blueprint blueprint;
  private final String layer;
  private final boolean adapted;
  private final Matrix base;

  /**
   * For a layer.
   *
   * @param layer its name
   * @throws IOException if its weight cannot be read
   */
  LayerReader(Store store, RunFolder folder, Blueprint blueprint, String layer) throws IOException {
    this.store = store;
    this.folder = folder;
    this.blueprint = blueprint;
    this.layer = layer;
    adapted = blueprint.adapted().containsKey(layer);
    base = weight(blueprint.base().files().tensor(layer + WEIGHT));
  }

  private Matrix weight(HostTensor stored) {
    Matrix matrix = TensorMatrices.of(stored.to(DType.F32));
    return blueprint.architecture().transposed(layer) ? matrix.transposed() : matrix;
  }

  /** ‖W‖_F before training. */
  double weightNorm() {
    double squares = 0;
    for (double value : base.values()) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  /** Whether the run changes the layer. */
  boolean changes() {
    return adapted || isMerged();
  }

  private boolean isMerged() {
    return blueprint.plan(0).parts().containsKey(layer + WEIGHT);
  }

  /**
   * How the layer moves in a round.
   *
   * @param round counted from 1
   * @param central the same layer of a central run; null for none
   */
  LayerUpdates updates(int round, LayerReader central) throws IOException {
    MatrixSum after = global(round);
    return new LayerUpdates(
        round,
        clients(round - 1),
        Change.of(after.minus(global(round - 1))),
        Change.of(after.minus(global(0))),
        central == null ? null : central.drift(after, round));
  }

  /** ‖W − W_c‖ / ‖W_c − W_0‖ for this as the central run; null if that did not move. */
  private Double drift(MatrixSum other, int round) throws IOException {
    if (!changes()) {
      return null;
    }
    MatrixSum own = global(round);
    double whole = new Spectrum(own.minus(global(0)).svd().s()).norm();
    return whole == 0 ? null : new Spectrum(other.minus(own).svd().s()).norm() / whole;
  }

  /**
   * How far the global model is from the checkpoint.
   *
   * @param rounds after so many rounds
   */
  MatrixSum global(int rounds) throws IOException {
    RoundPlan plan = blueprint.plan(rounds);
    try (GlobalState state = GlobalState.open(store, folder, plan, rounds)) {
      MatrixSum moved = null;
      if (isMerged()) {
        moved = MatrixSum.of(weight(state.tensor(layer + WEIGHT))).minus(MatrixSum.of(base));
      }
      if (adapted) {
        MatrixSum product = factors(state).product();
        moved = moved == null ? product : moved.plus(product);
      }
      return moved;
    }
  }

  private LayerUpdates.Factors factors(GlobalState state) throws IOException {
    return new LayerUpdates.Factors(
        blueprint.lora().scaling(),
        TensorMatrices.of(state.tensor(layer + Adapters.B)),
        TensorMatrices.of(state.tensor(layer + Adapters.A)));
  }

  /**
   * What the accepted clients of a round did.
   *
   * @param round counted from 0
   */
  List<LayerUpdates.Client> clients(int round) throws IOException {
    AcceptedUpdates accepted = JsonFiles.read(store, folder.accepted(round), AcceptedUpdates.class);
    List<ClientReport> reports = new ArrayList<>();
    List<LayerUpdates.Client> clients = new ArrayList<>();
    try (GlobalState state = GlobalState.open(store, folder, blueprint.plan(round), round)) {
      for (AcceptedUpdates.Choice choice : accepted.clients()) {
        try (UpdateReader update =
            new UpdateReader(
                store, folder.update(round, choice.client(), choice.attempt()), state)) {
          reports.add(update.report());
          clients.add(client(choice.client(), round, state, update));
        }
      }
    }
    double[] weights = blueprint.framework().weights(reports);
    for (int k = 0; k < weights.length; k++) {
      LayerUpdates.Client c = clients.get(k);
      clients.set(k, new LayerUpdates.Client(c.id(), weights[k], c.update(), c.factors()));
    }
    return clients;
  }

  private LayerUpdates.Client client(String id, int round, GlobalState state, UpdateReader update)
      throws IOException {
    if (!adapted) {
      String name = layer + WEIGHT;
      Matrix after = weight(update.tensor(name, Unit.whole(List.of(name))));
      MatrixSum change = MatrixSum.of(after).minus(MatrixSum.of(weight(state.tensor(name))));
      return new LayerUpdates.Client(id, 0, Change.of(change), null);
    }
    Map<String, HostTensor> given = new TreeMap<>();
    for (String end : List.of(Adapters.A, Adapters.B)) {
      given.put(layer + end, state.tensor(layer + end));
    }
    Map<String, HostTensor> start = blueprint.start(id, round, given);
    Map<String, HostTensor> after = new TreeMap<>(start);
    for (String end : List.of(Adapters.A, Adapters.B)) {
      String name = layer + end;
      if (update.has(name)) {
        after.put(name, update.tensor(name, Unit.whole(List.of(name))));
      }
    }
    LayerUpdates.Factors own = factors(id, after);
    MatrixSum change = own.product().minus(factors(id, start).product());
    return new LayerUpdates.Client(id, 0, Change.of(change), own);
  }

  private LayerUpdates.Factors factors(String client, Map<String, HostTensor> tensors) {
    return new LayerUpdates.Factors(
        blueprint.ranks().scaling(client),
        TensorMatrices.of(tensors.get(layer + Adapters.B)),
        TensorMatrices.of(tensors.get(layer + Adapters.A)));
  }
}
