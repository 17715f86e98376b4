package org.tributary.client;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tributary.fixture.TinyBert;
import org.tributary.model.Model;
import org.tributary.optim.Optimizer;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.Optimizers;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.text.ClassificationSet;
import org.tributary.torch.Torch;

/** Steps taken one by one, to inspect the state in between. */
record ManualSteps(TinyBert bert, Model model, OptimizerSettings settings) {
  private static final ClassificationSet ROWS = TinyBert.rows(40, 3);

  /** Trains all weights; {@code between} runs before and after gradients and steps. */
  Map<String, HostTensor> run(int steps, Runnable between) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      Map<String, NDArray> weights = new TreeMap<>();
      bert.weights().forEach((n, t) -> weights.put(n, model.trainable(manager, n, t)));
      List<NDArray> train = List.copyOf(weights.values());
      try (Optimizer optimizer = Optimizers.of(settings, manager, weights, Map.of(), 7)) {
        for (int i = 0; i < steps; i++) {
          try (NDManager scratch = manager.newSubManager()) {
            List<NDArray> batch = batch(bert, scratch, i);
            between.run();
            Map<String, NDArray> gradients = gradients(model.gradients(scratch, train, batch));
            between.run();
            optimizer.step(gradients, 0.01);
            between.run();
          }
        }
      }
      Map<String, HostTensor> end = new TreeMap<>();
      weights.forEach(
          (name, a) ->
              end.put(name, new HostTensor(DType.F32, a.getShape().getShape(), Torch.bytes(a))));
      return end;
    }
  }

  private static List<NDArray> batch(TinyBert bert, NDManager owner, int i) {
    int[] rows = {4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3};
    return ModelInputs.withLabels(
        owner, ROWS.batch(rows, bert.tokens(), bert.architecture().padToken()));
  }

  private static Map<String, NDArray> gradients(Map<String, NDArray> results) {
    Map<String, NDArray> gradients = new TreeMap<>();
    results.forEach(
        (name, a) -> {
          if (name.startsWith("grads.")) {
            gradients.put(name.substring("grads.".length()), a);
          }
        });
    return gradients;
  }

  /** The names that get a gradient if an assignment's tensors are set by their roles. */
  static Set<String> gradients(TinyBert bert, Model model, Assignment a) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      List<NDArray> given = new ArrayList<>();
      a.start()
          .forEach(
              (name, t) ->
                  given.add(
                      a.plan().trains(name)
                          ? model.trainable(manager, name, t)
                          : model.fixed(manager, name, t)));
      return Set.copyOf(
          gradients(model.gradients(manager, given, batch(bert, manager, 0))).keySet());
    }
  }
}
