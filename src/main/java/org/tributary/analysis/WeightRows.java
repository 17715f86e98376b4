package org.tributary.analysis;

import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.federation.AcceptedUpdates;
import org.tributary.federation.UpdateReader;
import org.tributary.framework.TensorMatrices;
import org.tributary.linalg.Gemm;
import org.tributary.linalg.Matrix;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Unit;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.GlobalState;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;

/**
 * Rows of a weight as it is stored, with its adapter added, for tasks that share a large matrix.
 *
 * @param run whose weight it is
 * @param layer its name
 * @param rounds the global model after so many rounds; for a client the model that it has in the
 *     round of that number, counted from 0
 * @param client id; null for the global model
 */
record WeightRows(RunSpec run, String layer, int rounds, String client) implements Serializable {
  private static final String WEIGHT = ".weight";

  /**
   * Reads some rows.
   *
   * @param from the first
   * @param to after the last
   * @return [to − from, columns]
   * @throws IOException if a file system fails
   */
  Matrix rows(int from, int to) throws IOException {
    Store store = run.store();
    RunFolder folder = run.folder();
    Blueprint blueprint = Blueprints.of(store, run);
    long[] shape = blueprint.base().used().get(layer + WEIGHT).shape();
    int columns = Math.toIntExact(shape[1]);
    Unit unit = Unit.chunk(layer + WEIGHT, (long) from * columns, (long) to * columns);
    try (GlobalState state = GlobalState.open(store, folder, blueprint.plan(rounds), rounds)) {
      HostTensor some =
          client == null ? merged(blueprint, state, unit) : sent(store, folder, state, unit);
      float[] values = some.to(DType.F32).toFloats();
      double[] rows = new double[values.length];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = values[i];
      }
      if (blueprint.adapted().containsKey(layer)) {
        add(rows, product(blueprint, state, from, to));
      }
      return new Matrix(to - from, columns, rows);
    }
  }

  private HostTensor merged(Blueprint blueprint, GlobalState state, Unit unit) throws IOException {
    String name = layer + WEIGHT;
    if (blueprint.plan(rounds).parts().containsKey(name)) {
      return state.tensor(name, unit);
    }
    HostTensor whole = blueprint.base().files().tensor(name).to(DType.F32);
    int bytes = DType.F32.bytes();
    int length = Math.toIntExact((unit.to() - unit.from()) * bytes);
    return new HostTensor(
        DType.F32,
        new long[] {unit.to() - unit.from()},
        whole.data().slice(Math.toIntExact(unit.from() * bytes), length));
  }

  private HostTensor sent(Store store, RunFolder folder, GlobalState state, Unit unit)
      throws IOException {
    AcceptedUpdates accepted =
        JsonFiles.read(store, folder.accepted(rounds), AcceptedUpdates.class);
    String attempt =
        accepted.clients().stream()
            .filter(choice -> choice.client().equals(client))
            .map(AcceptedUpdates.Choice::attempt)
            .findFirst()
            .orElseThrow(() -> new WrongInput("round %d has no %s".formatted(rounds + 1, client)));
    try (UpdateReader update =
        new UpdateReader(store, folder.update(rounds, client, attempt), state)) {
      return update.tensor(layer + WEIGHT, unit);
    }
  }

  /** Rows of s B A, or of its transpose for a weight that is stored so. */
  private Matrix product(Blueprint blueprint, GlobalState state, int from, int to)
      throws IOException {
    double s = blueprint.lora().scaling();
    Matrix b = TensorMatrices.of(state.tensor(layer + Adapters.B)).scaleColumns(j -> s);
    Matrix a = TensorMatrices.of(state.tensor(layer + Adapters.A));
    return blueprint.architecture().transposed(layer)
        ? Gemm.product(rows(a.transposed(), from, to), false, b, true)
        : Gemm.product(rows(b, from, to), a);
  }

  private static Matrix rows(Matrix m, int from, int to) {
    double[] some = Arrays.copyOfRange(m.values(), from * m.columns(), to * m.columns());
    return new Matrix(to - from, m.columns(), some);
  }

  private static void add(double[] rows, Matrix product) {
    for (int i = 0; i < rows.length; i++) {
      rows[i] += product.values()[i];
    }
  }
}
