package org.tributary.optim;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Program;
import org.tributary.torch.Torch;

/**
 * An optimizer over given gradients.
 *
 * @param settings of the optimizer
 * @param gradients of each step, by weight
 * @param rate of each step
 */
record OptimizerRun(
    OptimizerSettings settings,
    IntFunction<Map<String, HostTensor>> gradients,
    IntToDoubleFunction rate) {

  /** The result of a run. */
  record End(Map<String, HostTensor> weights, Map<String, HostTensor> state, long bytes) {
    /** The subspace that GaLore has for a weight. */
    HostTensor basis(String weight) {
      return state.get("basis." + weight);
    }
  }

  /** Takes the steps {@code from} (inclusive) to {@code to} (exclusive). */
  End steps(Map<String, HostTensor> start, Map<String, HostTensor> remembered, int from, int to) {
    try (NDManager owner = Torch.manager(Device.cpu())) {
      Map<String, NDArray> weights = arrays(owner, start);
      try (Optimizer optimizer = Optimizers.of(settings, owner, weights, remembered, 7)) {
        for (int t = from; t < to; t++) {
          try (NDManager scratch = owner.newSubManager()) {
            optimizer.step(arrays(scratch, gradients.apply(t)), rate.applyAsDouble(t));
          }
        }
        return new End(host(weights), host(optimizer.state()), optimizer.stateBytes());
      }
    }
  }

  static Map<String, NDArray> arrays(NDManager owner, Map<String, HostTensor> tensors) {
    Map<String, NDArray> arrays = new TreeMap<>();
    tensors.forEach(
        (name, t) ->
            arrays.put(
                name,
                Program.name(
                    "train", name, Torch.copy(owner, t.data(), DataType.FLOAT32, t.shape()))));
    return arrays;
  }

  static Map<String, HostTensor> host(Map<String, NDArray> arrays) {
    Map<String, HostTensor> tensors = new TreeMap<>();
    arrays.forEach(
        (name, a) ->
            tensors.put(name, new HostTensor(DType.F32, a.getShape().getShape(), Torch.bytes(a))));
    return tensors;
  }
}
