package org.tributary.optim;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tributary.torch.Program;
import org.tributary.torch.Text;

/** What happens to gradients between a batch and a step: accumulation and clipping, in place. */
public final class Gradients implements AutoCloseable {
  private final Program program;

  /**
   * Loads the program.
   *
   * @param device where gradients live
   */
  public Gradients(Device device) {
    program = Program.load(Text.of(Gradients.class, "gradients.py"), device);
  }

  /**
   * sum += factor · gradient, for every weight.
   *
   * @param scratch owns what is made on the way
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
   * Scales gradients so that their common L2 norm is at most a bound, as torch's clip_grad_norm_: g
   * *= min(1, bound / (norm + 1e-6)).
   *
   * @param scratch owns what is made on the way
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

  @Override
  public void close() {
    program.close();
  }
}
