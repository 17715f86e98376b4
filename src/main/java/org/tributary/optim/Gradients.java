package org.tributary.optim;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tributary.torch.Program;
import org.tributary.torch.ProgramText;
import org.tributary.torch.SharedPrograms;

/** Accumulates and clips gradients in place, between a batch and a step. */
public final class Gradients {
  private static final String TEXT = ProgramText.of(Gradients.class, "gradients.py");

  private final Program program;

  /**
   * Takes the program, which all clients of the JVM share.
   *
   * @param device the device of the gradients
   */
  public Gradients(Device device) {
    program = SharedPrograms.of(TEXT, device);
  }

  /**
   * sum += factor · gradient, for every weight.
   *
   * @param scratch owns the intermediate arrays
   * @param sum changed in place
   * @param gradients of the same weights
   * @param factor such as 1 / number of micro-batches
   */
  public void add(
      NDManager scratch, Map<String, NDArray> sum, Map<String, NDArray> gradients, double factor) {
    List<NDArray> arguments = new ArrayList<>();
    sum.forEach((k, s) -> arguments.add(Program.name("sum", k, s)));
    gradients.forEach((k, g) -> arguments.add(Program.name("grads", k, g)));
    arguments.add(scratch.create(new double[] {factor}));
    program.call(scratch, "add", arguments);
  }

  /**
   * gradient += factor · (weight − start), for every gradient.
   *
   * @param scratch owns the intermediate arrays
   * @param gradients changed in place
   * @param weights of the same names, as {@code Model.trainable} named them
   * @param start of the same names, float32
   * @param factor such as FedProx's μ
   */
  public void pull(
      NDManager scratch,
      Map<String, NDArray> gradients,
      Map<String, NDArray> weights,
      Map<String, NDArray> start,
      double factor) {
    List<NDArray> arguments = new ArrayList<>();
    gradients.forEach((k, g) -> arguments.add(Program.name("grads", k, g)));
    arguments.addAll(weights.values());
    start.forEach((k, w) -> arguments.add(Program.name("start", k, w)));
    arguments.add(scratch.create(new double[] {factor}));
    program.call(scratch, "pull", arguments);
  }

  /**
   * A gradient in float32.
   *
   * @param scratch owns the result
   * @param name of its weight
   * @param gradient of any precision
   * @return the same array if it is float32
   */
  public NDArray wide(NDManager scratch, String name, NDArray gradient) {
    if (gradient.getDataType() == DataType.FLOAT32) {
      return gradient;
    }
    NDArray sum = scratch.zeros(gradient.getShape());
    add(scratch, Map.of(name, sum), Map.of(name, gradient), 1);
    return sum;
  }

  /**
   * Scales gradients so that their global L2 norm is at most a bound, like torch's clip_grad_norm_:
   * g *= min(1, bound / (norm + 1e-6)).
   *
   * @param scratch owns the intermediate arrays
   * @param gradients changed in place
   * @param bound the largest norm; infinite to measure only
   * @return the norm before clipping
   */
  public double clip(NDManager scratch, Map<String, NDArray> gradients, double bound) {
    List<NDArray> arguments = new ArrayList<>();
    gradients.forEach((k, g) -> arguments.add(Program.name("grads", k, g)));
    arguments.add(scratch.create(new double[] {bound}));
    return program.call(scratch, "clip", arguments).get("norm").getFloat();
  }
}
