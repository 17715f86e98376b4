package org.tributary.federation;

import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.model.Lora;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Seeds;
import org.tributary.run.Blueprint;

/**
 * Every tensor of the plans that is part of the model, before the first round: weights as the base
 * model has them, in float32, adapters as {@link Lora#start} draws them, a new classifier from N(0,
 * σ²) with zero biases.
 */
public final class StartState {
  private StartState() {}

  /**
   * Makes the start.
   *
   * @param store reaches the base model
   * @param blueprint of the run
   * @return tensors by name
   * @throws IOException where a file system fails
   */
  public static Map<String, HostTensor> of(Store store, Blueprint blueprint) throws IOException {
    long seed = blueprint.config().seed();
    Map<String, HostTensor> start = new TreeMap<>();
    blueprint
        .adapted()
        .forEach((layer, shape) -> start.putAll(blueprint.lora().start(layer, shape, seed)));
    Map<String, HostTensor> given = blueprint.adapterStart(store);
    blueprint
        .newHead()
        .forEach(
            (name, shape) ->
                start.put(
                    name, head(name, shape, blueprint.architecture().initializerRange(), seed)));
    for (org.apache.hadoop.fs.Path file : blueprint.base().files().weightFiles()) {
      try (SafeTensors.Reader reader = SafeTensors.open(store, file)) {
        for (String name : reader.header().tensors().keySet()) {
          if (blueprint.modelTensors().contains(name) && !blueprint.newHead().containsKey(name)) {
            start.put(name, reader.tensor(name).to(DType.F32));
          }
        }
      }
    }
    start.putAll(given);
    start.keySet().retainAll(blueprint.modelTensors());
    return start;
  }

  private static HostTensor head(String name, long[] shape, double sigma, long seed) {
    float[] values = new float[Math.toIntExact(HostTensor.elements(shape))];
    if (shape.length > 1) {
      SplittableRandom random = new SplittableRandom(Seeds.of(seed, "head", name));
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (sigma * random.nextGaussian());
      }
    }
    return HostTensor.of(values, shape);
  }
}
