package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Program;
import org.tributary.torch.Torch;

/**
 * The arrays of an optimizer's state: dicts such as {@code m} with one array per weight. The arrays
 * are named {@code <dict>.<weight>} in the engine, in {@link Optimizer#state} and in files.
 */
public final class OptimizerState implements AutoCloseable {
  private final NDManager manager;
  private final Map<String, HostTensor> remembered;
  private final Map<String, NDArray> arrays = new LinkedHashMap<>();

  /**
   * Creates a state.
   *
   * @param parent on the device of the state
   * @param remembered an earlier state, empty at the start
   */
  public OptimizerState(NDManager parent, Map<String, HostTensor> remembered) {
    this.manager = parent.newSubManager();
    this.remembered = remembered;
  }

  /**
   * One array per weight, in the weight's shape: from the earlier state, or zeros.
   *
   * @param dict of the program
   * @param weights by name
   * @return in the order of the weights
   */
  public List<NDArray> like(String dict, Map<String, NDArray> weights) {
    List<NDArray> made = new ArrayList<>();
    weights.forEach((key, w) -> made.add(one(dict, key, w.getShape())));
    return made;
  }

  /**
   * One array: from the earlier state, or zeros.
   *
   * @param dict of the program
   * @param key in the dict
   * @param shape of the array
   * @return the array, with its name for the program
   */
  public NDArray one(String dict, String key, Shape shape) {
    HostTensor before = remembered.get(dict + "." + key);
    NDArray array =
        before == null
            ? manager.zeros(shape, DataType.FLOAT32)
            : Torch.copy(manager, before.data(), DataType.FLOAT32, before.shape());
    arrays.put(dict + "." + key, array);
    return Program.name(dict, key, array);
  }

  NDManager manager() {
    return manager;
  }

  Map<String, NDArray> arrays() {
    return arrays;
  }

  @Override
  public void close() {
    manager.close();
  }
}
