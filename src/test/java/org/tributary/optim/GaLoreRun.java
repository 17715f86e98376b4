package org.tributary.optim;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Program;
import org.tributary.torch.Torch;

/** Runs of GaLore over gradients that are given. */
final class GaLoreRun {
  private GaLoreRun() {}

  /** What a run leaves behind. */
  record End(Map<String, HostTensor> weights, Map<String, HostTensor> state, long bytes) {
    HostTensor basis(String weight) {
      return state.get("basis." + weight);
    }
  }

  static OptimizerSettings settings(Projector projector, int rank, int gap, String... targets) {
    return new OptimizerSettings(
        "galore",
        0,
        0.9,
        0.999,
        1e-6,
        0.01,
        new GaLoreSettings(rank, gap, 0.25, List.of(targets), projector, 7));
  }

  /** Steps {@code from} to {@code to}, at rate 0.01, with the gradients of each step. */
  static End run(
      OptimizerSettings settings,
      Map<String, HostTensor> start,
      Map<String, HostTensor> remembered,
      int from,
      int to,
      IntFunction<Map<String, HostTensor>> gradients) {
    try (NDManager owner = Torch.manager(Device.cpu())) {
      Map<String, NDArray> weights = arrays(owner, start);
      try (Optimizer optimizer = Optimizers.of(settings, owner, weights, remembered, 7)) {
        for (int t = from; t < to; t++) {
          try (NDManager scratch = owner.newSubManager()) {
            optimizer.step(arrays(scratch, gradients.apply(t)), 0.01);
          }
        }
        return new End(host(weights), host(optimizer.state()), optimizer.stateBytes());
      }
    }
  }

  /** One step from zero weights with one gradient of the matrix {@code w}. */
  static HostTensor basis(Projector projector, int rank, HostTensor gradient) {
    HostTensor zero = HostTensor.of(new float[(int) gradient.elements()], gradient.shape());
    Map<String, HostTensor> gradients = Map.of("w", gradient);
    return run(settings(projector, rank, 1, "*"), Map.of("w", zero), Map.of(), 0, 1, t -> gradients)
        .basis("w");
  }

  private static Map<String, NDArray> arrays(NDManager owner, Map<String, HostTensor> tensors) {
    Map<String, NDArray> arrays = new TreeMap<>();
    tensors.forEach(
        (name, t) ->
            arrays.put(
                name,
                Program.name(
                    "train", name, Torch.copy(owner, t.data(), DataType.FLOAT32, t.shape()))));
    return arrays;
  }

  private static Map<String, HostTensor> host(Map<String, NDArray> arrays) {
    Map<String, HostTensor> tensors = new TreeMap<>();
    arrays.forEach(
        (name, a) ->
            tensors.put(name, new HostTensor(DType.F32, a.getShape().getShape(), Torch.bytes(a))));
    return tensors;
  }

  static HostTensor normal(SplittableRandom random, long... shape) {
    float[] values = new float[(int) HostTensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return HostTensor.of(values, shape);
  }
}
