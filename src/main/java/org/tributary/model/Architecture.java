package org.tributary.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tributary.protocol.Globs;

/**
 * One model family with the sizes of one {@code config.json}: the names and shapes of its weights
 * and the TorchScript program that computes with them.
 *
 * <p>A new family needs a class that implements this interface, with its {@link ModelFamily}, a
 * line in {@code META-INF/services} that names the family, a program and a golden case.
 */
public interface Architecture {
  /**
   * The task of the model's head.
   *
   * @return the task
   */
  ModelTask task();

  /**
   * The weights that a checkpoint must have, by their names in the checkpoint's file.
   *
   * @return shapes by name, in the order of the forward pass
   */
  Map<String, long[]> weights();

  /**
   * Weights between the encoder and the classifier that the program needs and that a checkpoint
   * without a classifier may lack. They are then initialized and trained with the new classifier.
   *
   * @return shapes by name
   */
  default Map<String, long[]> poolerWeights() {
    return Map.of();
  }

  /**
   * Tensors that checkpoints of this family may have but the model does not use: buffers that are
   * computed again, heads for other tasks, unused towers. All other tensors are refused.
   *
   * @return globs over names, see {@link org.tributary.protocol.Globs}
   */
  default List<String> ignoredWeights() {
    return List.of("*position_ids", "*rotary_emb.inv_freq");
  }

  /**
   * Tensors of heads for other tasks, which the class of transformers with {@link #head} does not
   * have. A new classifier replaces them: they are left out of a model that gets one.
   *
   * @return globs over names, see {@link org.tributary.protocol.Globs}
   */
  default List<String> otherHeads() {
    return List.of();
  }

  /**
   * Whether a tensor belongs to a head for another task.
   *
   * @param name in the checkpoint
   * @return whether one of {@link #otherHeads} matches it
   */
  default boolean isOfOtherHead(String name) {
    return otherHeads().stream().anyMatch(glob -> Globs.of(glob).matches(name));
  }

  /**
   * Tied matrices of the model, of which a checkpoint may have both copies, such as a head that
   * shares the matrix of the token embedding. If it has both, they must be equal and stay equal.
   *
   * @return the used name by the optional name
   */
  default Map<String, String> tiedWeights() {
    return Map.of();
  }

  /**
   * The matrix of the token embedding, if the program only looks up rows of it. A head that shares
   * the matrix reads all rows.
   *
   * @return its name; null if there is none
   */
  default String lookedUp() {
    return null;
  }

  /**
   * How many ids, from 0, keep their numbers when only some rows of the token embedding are passed
   * to the program. The program reads these ids for something else than the embedding.
   *
   * @return 0 if it only looks up ids
   */
  default int fixedIds() {
    return 0;
  }

  /**
   * The number of token types, which tell the texts of a pair apart.
   *
   * @return 1 if the family's tokenizer gives no types, so that all tokens have type 0
   */
  default int tokenTypes() {
    return 1;
  }

  /**
   * The end of the name of the class of transformers that has the {@link #head} for this family.
   *
   * @return such as {@code ForSequenceClassification}
   */
  default String headedClass() {
    return "ForSequenceClassification";
  }

  /**
   * The end of the name of the class of transformers that writes text with this family's weights.
   *
   * @return such as {@code ForCausalLM}
   */
  default String writingClass() {
    return "ForCausalLM";
  }

  /**
   * The classifier, which is newly initialized if the checkpoint has none.
   *
   * @param labels number of classes
   * @return shapes by name
   */
  Map<String, long[]> head(int labels);

  /**
   * The weight of the classifier that has a row for each class. Of a classifier of several layers,
   * only the last has.
   *
   * @return its name; empty for a language model
   */
  default Optional<String> classWeight() {
    Map<String, long[]> one = head(1);
    return one.keySet().stream()
        .filter(name -> one.get(name).length == 2)
        .filter(name -> head(2).get(name)[0] == one.get(name)[0] + 1)
        .findFirst();
  }

  /**
   * The name that a tensor has in a checkpoint with a head: Hugging Face adds a prefix to the names
   * of a base model when it gets a head.
   *
   * @param name in the base model's checkpoint
   * @return the same name, or the name with the family's prefix
   */
  default String nameWithHead(String name) {
    return name;
  }

  /**
   * The name of a part of the model in peft. peft uses the names of the modules in memory, for
   * which transformers may have other names than the checkpoint.
   *
   * @param name in a checkpoint with a head, of a module or a tensor
   * @return the same name, or the name in memory in transformers 5
   */
  default String nameInPeft(String name) {
    return name;
  }

  /**
   * The inverse: the checkpoint's name for a name in an adapter. Names that are the checkpoint's do
   * not change, so that adapters from before transformers renamed the modules can be read, too.
   *
   * @param name in an adapter
   * @return the name in a checkpoint with a head
   */
  default String nameFromPeft(String name) {
    return name;
  }

  /**
   * The config.json of a base model with a new head, in the layout that its class in transformers
   * reads.
   *
   * @param config with the head's labels and class
   * @return the same, or a copy with the family's changes
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
   * The pooling of the family's classifiers in transformers. A checkpoint's classifier was trained
   * with it, unless the checkpoint says otherwise.
   *
   * @return null if there is no classifier
   */
  default Pooling classifierPooling() {
    return null;
  }

  /**
   * The linear layers, which can have adapters.
   *
   * @return shape [out, in] of a layer's weight, by the layer's name (without {@code .weight})
   */
  Map<String, long[]> linearLayers();

  /**
   * Whether a linear layer's weight is stored as [in, out] in the checkpoint, as for a {@code
   * Conv1D} of transformers. Its adapter has the usual shapes A [r, in], B [out, r], and the change
   * of the weight is s (B A)^T.
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
   * @return null for a text model
   */
  default ImageShape image() {
    return null;
  }

  /**
   * The same model for images of another size, if its positions can be interpolated.
   *
   * @param height pixels
   * @param width pixels
   * @return the model that takes such images; this one if its size is fixed
   */
  default Architecture forImages(int height, int width) {
    return this;
  }

  /**
   * Rows of the token embedding: ids from 0 to one less can be looked up.
   *
   * @return size of the vocabulary
   */
  long vocabulary();

  /**
   * The largest number of positions.
   *
   * @return tokens
   */
  int maxPositions();

  /**
   * The key that limits {@link #maxPositions}, for messages.
   *
   * @return a key of config.json
   */
  default String positionsKey() {
    return "max_position_embeddings";
  }

  /**
   * The padding token.
   *
   * @return its id
   */
  long padToken();

  /**
   * Standard deviation σ of a new classifier's initialization N(0, σ²), from the family's papers
   * and configurations.
   *
   * @return σ
   */
  double initializerRange();
}
