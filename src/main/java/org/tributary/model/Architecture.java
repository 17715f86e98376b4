package org.tributary.model;

import java.util.Map;

/**
 * One model family with the sizes of one {@code config.json}: the names and shapes of its weights
 * and the TorchScript program that computes with them.
 *
 * <p>A new family is one class that implements this, one program, one golden case, and its line in
 * {@link Architectures}.
 */
public interface Architecture {
  /**
   * What the model's head is for.
   *
   * @return the task
   */
  Task task();

  /**
   * The weights that a checkpoint must have, under their names in the checkpoint's file.
   *
   * @return shapes by name, in the order of the forward pass
   */
  Map<String, long[]> weights();

  /**
   * Weights that a checkpoint may have and the program uses where they are there.
   *
   * @return shapes by name
   */
  Map<String, long[]> optionalWeights();

  /**
   * The classifier, which starts anew where the checkpoint has none.
   *
   * @param labels number of classes
   * @return shapes by name
   */
  Map<String, long[]> head(int labels);

  /**
   * The name that a tensor has in a checkpoint with a head: Hugging Face puts a prefix before the
   * names of a model that got one.
   *
   * @param name in the base model's checkpoint
   * @return the same, or with the family's prefix
   */
  default String nameWithHead(String name) {
    return name;
  }

  /**
   * The linear layers: what adapters can be put on.
   *
   * @return shape [out, in] of a layer's weight, by the layer's name (without {@code .weight})
   */
  Map<String, long[]> linearLayers();

  /**
   * The program: methods {@code forward}, {@code states} and {@code gradients}.
   *
   * @return TorchScript
   */
  String program();

  /**
   * The images that the model takes.
   *
   * @return null for models of text
   */
  default ImageShape image() {
    return null;
  }

  /**
   * Rows of the token embedding: ids from 0 to one less can be looked up.
   *
   * @return size of the vocabulary
   */
  long vocabulary();

  /**
   * The longest sequence that has positions.
   *
   * @return tokens
   */
  int maxPositions();

  /**
   * The token that fills up short rows.
   *
   * @return its id
   */
  long padToken();

  /**
   * Standard deviation of a new classifier's start, N(0, σ²), as the family's papers and its
   * configurations give it.
   *
   * @return σ
   */
  double initializerRange();
}
