package org.tributary.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes the gradients of one batch part by part, from the end of the model to the start, so that
 * the caller can use and drop the gradients of a part before those of the next part are computed.
 * Only the inputs of the blocks and the activations of one block are in memory; each block is
 * computed a second time in the backward pass.
 *
 * <p>The loss is that of the weights before the call, even if the caller updates the weights of
 * finished parts. Each part is computed once. A tied matrix belongs to both ends, so its gradient
 * is complete only after the last part.
 */
public final class BlockwiseBackward implements AutoCloseable {
  private static final String GRADIENT = "grads.";

  private final Model model;
  private final NDManager memory;
  private final List<NDArray> train;
  private final List<NDArray> inputs;
  private final NDArray labels;
  private final List<NDArray> between = new ArrayList<>();
  private NDArray gx;
  private double loss;

  BlockwiseBackward(Model model, NDManager owner, List<NDArray> train, List<NDArray> withLabels) {
    this.model = model;
    this.train = train;
    memory = owner.newSubManager();
    inputs = withLabels.subList(0, withLabels.size() - 1);
    labels = withLabels.get(withLabels.size() - 1);
    Map<String, NDArray> states = call(memory, "between", List.of());
    for (int i = 0; i < states.size(); i++) {
      between.add(states.get("x." + i));
    }
  }

  /**
   * The number of blocks.
   *
   * @return their number; indices are smaller
   */
  public int blocks() {
    return between.size() - 1;
  }

  /**
   * First: the part after the blocks.
   *
   * @param owner of the gradients
   * @return gradients by weight; for a matrix that both ends use, the share of this end
   */
  public Map<String, NDArray> end(NDManager owner) {
    try (NDArray x = between.get(blocks())) {
      Map<String, NDArray> results = call(owner, "end_gradients", List.of(x));
      try (NDArray value = results.get("loss")) {
        loss = value.getFloat();
      }
      return results(results);
    }
  }

  /**
   * Then the blocks, from the last to the first.
   *
   * @param owner of the gradients
   * @param i index of the block
   * @return gradients by weight
   */
  public Map<String, NDArray> block(NDManager owner, int i) {
    try (NDArray x = between.get(i);
        NDArray above = gx;
        NDArray index = memory.create((long) i)) {
      return results(call(owner, "block_gradients", List.of(index, x, above)));
    }
  }

  /**
   * Last: the part before the blocks.
   *
   * @param owner of the gradients
   * @return gradients by weight; for a matrix that both ends use, the share of this end
   */
  public Map<String, NDArray> start(NDManager owner) {
    try (NDArray above = gx) {
      return results(call(owner, "start_gradients", List.of(above)));
    }
  }

  /**
   * The loss of the batch.
   *
   * @return known after {@link #end}
   */
  public double loss() {
    return loss;
  }

  private Map<String, NDArray> call(NDManager owner, String method, List<NDArray> more) {
    List<NDArray> arguments = model.arguments(train, inputs);
    arguments.add(labels);
    arguments.addAll(more);
    return model.program().call(owner, method, arguments);
  }

  private Map<String, NDArray> results(Map<String, NDArray> results) {
    Map<String, NDArray> gradients = new HashMap<>();
    results.forEach(
        (key, array) -> {
          if (key.startsWith(GRADIENT)) {
            gradients.put(key.substring(GRADIENT.length()), array);
          } else if (key.equals("gx")) {
            array.attach(memory);
            gx = array;
          }
        });
    return gradients;
  }

  @Override
  public void close() {
    memory.close();
  }
}
