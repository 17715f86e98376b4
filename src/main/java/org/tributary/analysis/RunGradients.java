package org.tributary.analysis;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.tributary.batch.Batch;
import org.tributary.batch.Examples;
import org.tributary.checkpoint.LoraProduct;
import org.tributary.checkpoint.Store;
import org.tributary.client.ModelInputs;
import org.tributary.executor.Devices;
import org.tributary.executor.LoadedRun;
import org.tributary.executor.Staging;
import org.tributary.framework.TensorMatrices;
import org.tributary.linalg.Decompositions;
import org.tributary.linalg.Matrix;
import org.tributary.linalg.Spectrum;
import org.tributary.linalg.Subspaces;
import org.tributary.linalg.Svd;
import org.tributary.model.Model;
import org.tributary.model.Precision;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;
import org.tributary.run.SkippedRows;
import org.tributary.tables.LayersTable;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Torch;

/**
 * The gradient of the loss for the whole matrices of some layers, at the global model with which a
 * round begins, and how much of it low-rank methods could follow. Rows are evenly spread over all
 * clients' training rows. The gradient G is that of every second one of them; the others give the
 * gradient from whose singular vectors GaLore would take its subspace, because GaLore keeps a
 * subspace for the gradients of other rows.
 *
 * @param store reaches the run's files
 * @param folder of the run
 * @param blueprint of the run
 * @param layers names
 * @param dimensions k of GaLore's subspace
 */
record RunGradients(
    Store store, RunFolder folder, Blueprint blueprint, List<String> layers, int dimensions) {
  private static final String WEIGHT = ".weight";
  private static final String GRADIENT = "grads.";

  /**
   * Measures.
   *
   * @param round counted from 0
   * @param rows how many, at least 2
   * @return by layer
   * @throws IOException if a file system fails
   */
  Map<String, LayersTable.Gradient> at(int round, int rows)
      throws IOException, InterruptedException {
    try (Devices.BorrowedDevice loan = Devices.borrow();
        Tokenizer tokens = blueprint.base().tokens(store);
        NDManager manager = Torch.manager(loan.device())) {
      Torch.prepareThread(blueprint.config().client().threads());
      Map<String, HostTensor> state =
          new TreeMap<>(LoadedRun.state(store, blueprint, folder, round));
      Map<String, HostTensor> weights = weights(state);
      Map<String, HostTensor> trained = new LinkedHashMap<>();
      layers.forEach(layer -> trained.put(layer + WEIGHT, weights.remove(layer + WEIGHT)));
      try (Model model =
          new Model(
              blueprint.architecture(), weights, Map.of(), loan.device(), Precision.FLOAT32)) {
        List<NDArray> arrays = new ArrayList<>();
        trained.forEach((name, tensor) -> arrays.add(model.trainable(manager, name, tensor)));
        Examples examples = examples(tokens);
        List<Integer> chosen = chosen(examples.size(), rows);
        Map<String, Matrix> other = gradients(model, manager, arrays, examples, chosen, 1);
        Map<String, Matrix> own = gradients(model, manager, arrays, examples, chosen, 0);
        Map<String, LayersTable.Gradient> shares = new TreeMap<>();
        for (String layer : layers) {
          shares.put(layer, shares(layer, own.get(layer), other.get(layer), state));
        }
        return shares;
      }
    }
  }

  private Examples examples(Tokenizer tokens) throws IOException {
    return blueprint
        .data()
        .rows(
            store,
            blueprint.data().evaluationParts("train"),
            tokens,
            SkippedRows.read(store, folder));
  }

  /** Evenly spread over all rows. */
  private static List<Integer> chosen(int all, int rows) {
    int count = Math.min(all, rows);
    return IntStream.range(0, count)
        .map(i -> Math.toIntExact((long) i * all / count))
        .boxed()
        .toList();
  }

  /** All weights of the model, with its adapters added to the matrices that they adapt. */
  private Map<String, HostTensor> weights(Map<String, HostTensor> state) throws IOException {
    Set<String> used = blueprint.base().used().keySet();
    Map<String, HostTensor> weights = new TreeMap<>();
    blueprint
        .base()
        .files()
        .map(Staging.folder())
        .forEach(
            (name, tensor) -> {
              if (used.contains(name)) {
                weights.put(name, tensor);
              }
            });
    state.forEach(
        (name, tensor) -> {
          boolean factor = name.endsWith(Adapters.A) || name.endsWith(Adapters.B);
          if (blueprint.modelTensors().contains(name) && !factor) {
            weights.put(name, tensor);
          }
        });
    for (String layer : blueprint.adapted().keySet()) {
      weights.computeIfPresent(
          layer + WEIGHT,
          (name, w) ->
              LoraProduct.add(
                  w.to(DType.F32),
                  blueprint.lora().scaling(),
                  state.get(layer + Adapters.A),
                  state.get(layer + Adapters.B),
                  blueprint.architecture().transposed(layer)));
    }
    for (String layer : layers) {
      weights.computeIfPresent(layer + WEIGHT, (name, w) -> w.to(DType.F32));
    }
    return weights;
  }

  /** The mean gradients over every second of the rows, by layer, as [out, in]. */
  private Map<String, Matrix> gradients(
      Model model,
      NDManager manager,
      List<NDArray> arrays,
      Examples examples,
      List<Integer> chosen,
      int odd) {
    int[] rows =
        IntStream.range(0, chosen.size()).filter(i -> i % 2 == odd).map(chosen::get).toArray();
    int batch = blueprint.config().client().batch();
    Map<String, double[]> sums = new TreeMap<>();
    double targets = 0;
    for (int from = 0; from < rows.length; from += batch) {
      int[] some = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + batch));
      Batch one = examples.batch(some);
      targets += one.targets();
      try (NDManager scratch = manager.newSubManager()) {
        Map<String, NDArray> results =
            model.gradients(scratch, arrays, ModelInputs.withLabels(scratch, one));
        for (String layer : layers) {
          float[] values = model.host(results.get(GRADIENT + layer + WEIGHT)).toFloats();
          double[] sum = sums.computeIfAbsent(layer, l -> new double[values.length]);
          for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i] * (double) one.targets();
          }
        }
      }
    }
    double all = targets;
    Map<String, Matrix> means = new TreeMap<>();
    sums.forEach((layer, sum) -> means.put(layer, mean(layer, sum, all)));
    return means;
  }

  private Matrix mean(String layer, double[] sum, double targets) {
    long[] shape = blueprint.base().used().get(layer + WEIGHT).shape();
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= targets;
    }
    Matrix stored = new Matrix((int) shape[0], (int) shape[1], sum);
    return blueprint.architecture().transposed(layer) ? stored.transposed() : stored;
  }

  private LayersTable.Gradient shares(
      String layer, Matrix g, Matrix other, Map<String, HostTensor> state) {
    Svd svd = Decompositions.svd(g);
    Spectrum spectrum = new Spectrum(svd.s());
    if (spectrum.norm() == 0) {
      return new LayersTable.Gradient(0.0, null, null, null);
    }
    Double lora = null;
    if (blueprint.adapted().containsKey(layer)) {
      lora =
          Subspaces.tangentShare(
              g,
              TensorMatrices.of(state.get(layer + Adapters.B)),
              TensorMatrices.of(state.get(layer + Adapters.A)));
    }
    return new LayersTable.Gradient(
        spectrum.norm(), lora, galore(layer, g, other), 1 - spectrum.energyBeyond(dimensions));
  }

  /** GaLore projects the longer side away: of the matrix as it is stored. */
  private double galore(String layer, Matrix g, Matrix other) {
    boolean tall =
        blueprint.architecture().transposed(layer)
            ? g.columns() >= g.rows()
            : g.rows() >= g.columns();
    boolean right = tall != blueprint.architecture().transposed(layer);
    Svd svd = Decompositions.svd(other);
    int k = Math.min(dimensions, svd.s().length);
    return right
        ? Subspaces.share(g.transposed(), svd.v().firstColumns(k))
        : Subspaces.share(g, svd.u().firstColumns(k));
  }
}
