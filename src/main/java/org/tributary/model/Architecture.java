package org.tributary.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.tributary.protocol.Globs;

/**
 * One model family with the sizes of one {@code config.json}: the names and shapes of its weights
 * and the TorchScript program that computes with them.
 *
 * <p>A new family is one class that implements this with its {@link ModelFamily}, a line that names
 * that in {@code META-INF/services}, one program and one golden case.
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
   * Weights between the encoder and the classifier that the program needs and that a checkpoint
   * without a classifier may lack. They are then drawn, and train, with the new classifier.
   *
   * @return shapes by name
   */
  default Map<String, long[]> poolerWeights() {
    return Map.of();
  }

  /**
   * Tensors that checkpoints of this family may hold and the model does not need: buffers that are
   * computed again, heads for other tasks, towers that are not used. All others are refused.
   *
   * @return globs over names, as {@link org.tributary.protocol.Globs} reads them
   */
  default List<String> ignoredWeights() {
    return List.of("*position_ids", "*rotary_emb.inv_freq");
  }

  /**
   * Tensors of heads for other tasks, which the class of transformers with {@link #head} has not. A
   * new classifier takes their place: they are left out of a model that gets one.
   *
   * @return globs over names, as {@link org.tributary.protocol.Globs} reads them
   */
  default List<String> otherHeads() {
    return List.of();
  }

  /**
   * Whether a tensor is of a head for another task.
   *
   * @param name in the checkpoint
   * @return whether one of {@link #otherHeads} matches it
   */
  default boolean isOfOtherHead(String name) {
    return otherHeads().stream().anyMatch(glob -> Globs.of(glob).matches(name));
  }

  /**
   * Matrices that are one in the model and that a checkpoint may hold twice anyway, such as a head
   * that is the token embedding. Where it holds both, they must be equal, and stay so.
   *
   * @return the name that is used, by the name that need not be there
   */
  default Map<String, String> tiedWeights() {
    return Map.of();
  }

  /**
   * What the name of a class of transformers ends in that has the {@link #head} on this family.
   *
   * @return such as {@code ForSequenceClassification}
   */
  default String headedClass() {
    return "ForSequenceClassification";
  }

  /**
   * The classifier, which is newly initialized if the checkpoint has none.
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
   * The name that peft has for a part of the model. It takes names from the modules in memory,
   * which transformers may call otherwise than the checkpoint does.
   *
   * @param name in a checkpoint with a head, of a module or a tensor
   * @return the same, or as transformers 5 has it in memory
   */
  default String nameInPeft(String name) {
    return name;
  }

  /**
   * The other way: a checkpoint's name for one of an adapter's. Names that are the checkpoint's
   * stay, so that adapters from before transformers renamed the modules are read, too.
   *
   * @param name in an adapter
   * @return the name in a checkpoint with a head
   */
  default String nameFromPeft(String name) {
    return name;
  }

  /**
   * The config.json of a base model that got a head, in the layout that its class in transformers
   * reads.
   *
   * @param config with the head's labels and class
   * @return the same, or with what the family does otherwise
   */
  default ObjectNode configWithHead(ObjectNode config) {
    return config;
  }

  /**
   * How a classifier's tokens become one vector.
   *
   * @return null if there is no classifier
   */
  default Pooling pooling() {
    return null;
  }

  /**
   * The pooling that transformers gives the family's classifiers, and so the one that a classifier
   * of a checkpoint was trained with, unless stated otherwise.
   *
   * @return null if there is no classifier
   */
  default Pooling classifierPooling() {
    return null;
  }

  /**
   * The linear layers: what adapters can be put on.
   *
   * @return shape [out, in] of a layer's weight, by the layer's name (without {@code .weight})
   */
  Map<String, long[]> linearLayers();

  /**
   * Whether a linear layer's weight is stored as [in, out] in the checkpoint, as a {@code Conv1D}'s of
   * transformers does. Its adapter lies as everywhere: A [r, in], B [out, r], and what it adds to
   * the weight is s (B A)^T.
   *
   * @param layer one of {@link #linearLayers}
   * @return false if the weight is stored as [out, in]
   */
  default boolean transposed(String layer) {
    return false;
  }

  /**
   * The program: methods {@code forward}, {@code states} and {@code gradients}.
   *
   * @return TorchScript
   */
  String program();

  /**
   * The images that the model takes.
   *
   * @return null if it takes text
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
   * What bounds {@link #maxPositions}, for messages.
   *
   * @return a key of config.json
   */
  default String positionsKey() {
    return "max_position_embeddings";
  }

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
