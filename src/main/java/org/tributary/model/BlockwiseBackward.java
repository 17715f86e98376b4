package org.tributary.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gradients of one batch, part by part from the end to the start, so that the caller can use and
 * drop a part's gradients before the next part's are made. In memory are what lies between blocks
 * and one block's activations; a block is computed a second time when its turn comes.
 *
 * <p>The loss is that of the weights at the beginning, whatever the caller does to weights whose
 * turn has come. Each part's turn comes once; a tied matrix belongs to both ends, and its gradient
 * is whole only at the start.
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
    Map<String, NDArray> states =
        model.program().call(memory, "between", model.arguments(train, inputs));
    for (int i = 0; i < states.size(); i++) {
      between.add(states.get("x." + i));
    }
  }

  /**
   * The number of blocks.
   *
   * @return the blocks' indices are below it
   */
  public int blocks() {
    return between.size() - 1;
  }

  /**
   * First: what lies behind the blocks.
   *
   * @param owner of the gradients
   * @return gradients by weight; of a matrix that both ends use, the part of this one
   */
  public Map<String, NDArray> end(NDManager owner) {
    try (NDArray x = between.get(blocks())) {
      Map<String, NDArray> results = call(owner, "end_gradients", List.of(labels, x));
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
   * @param i which
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
   * Last: what lies before the blocks.
   *
   * @param owner of the gradients
   * @return gradients by weight; of a matrix that both ends use, the part of this one
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
