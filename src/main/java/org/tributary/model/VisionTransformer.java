package org.tributary.model;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The common part of vision transformers (Dosovitskiy et al. 2021): patches of the image as tokens,
 * pre-norm blocks, a classifier. A family adds the layers before and after the blocks, and the
 * names.
 *
 * <p>Inputs are pixels [b, channels, height, width]. Shapes: d = hidden_size, m =
 * intermediate_size; linear weights [out, in].
 */
abstract class VisionTransformer implements Architecture {
  /**
   * The names of the parts of a block, after {@code <blocks><i>.}
   *
   * @param blocks the start of all blocks' names
   * @param attention layer norm, query, key, value and output of the attention
   * @param dense layer norm, first and second of the dense layers
   */
  record BlockNames(String blocks, List<String> attention, List<String> dense) {}

  private final VisionSizes sizes;
  private final BlockNames names;
  private final String prefix;
  private final boolean qkvBias;

  /**
   * Creates an architecture from the values that the family has read.
   *
   * @param sizes of config.json
   * @param names of a block's parts
   * @param prefix of all names except the classifier's; may be empty
   * @param qkvBias whether query, key and value have biases
   */
  VisionTransformer(VisionSizes sizes, BlockNames names, String prefix, boolean qkvBias) {
    this.sizes = sizes;
    this.names = names;
    this.prefix = prefix;
    this.qkvBias = qkvBias;
  }

  VisionSizes sizes() {
    return sizes;
  }

  String prefix() {
    return prefix;
  }

  /** The weights of all blocks, in the order of the forward pass. */
  void blocks(Map<String, long[]> w) {
    int d = sizes.hidden();
    List<String> a = names.attention();
    for (int i = 0; i < sizes.layers(); i++) {
      String b = prefix + names.blocks() + i + ".";
      norm(w, b + a.get(0));
      for (String part : a.subList(1, 4)) {
        w.put(b + part + ".weight", new long[] {d, d});
        if (qkvBias) {
          w.put(b + part + ".bias", new long[] {d});
        }
      }
      layer(w, b + a.get(4), d, d);
      added(w, b, 1);
      norm(w, b + names.dense().get(0));
      layer(w, b + names.dense().get(1), inner(), d);
      layer(w, b + names.dense().get(2), d, sizes.intermediate());
      added(w, b, 2);
    }
  }

  /** The outputs of the first dense layer. */
  int inner() {
    return sizes.intermediate();
  }

  /** Adds weights for what attention (1) or MLP (2) adds to the tokens; none in most families. */
  void added(Map<String, long[]> w, String block, int part) {}

  /** The patch convolution; its stride equals its kernel size. */
  void patchConvolution(Map<String, long[]> w, String name) {
    w.put(
        name + ".weight",
        new long[] {
          sizes.hidden(), sizes.image().channels(), sizes.patch().height(), sizes.patch().width()
        });
    w.put(name + ".bias", new long[] {sizes.hidden()});
  }

  void norm(Map<String, long[]> w, String name) {
    w.put(name + ".weight", new long[] {sizes.hidden()});
    w.put(name + ".bias", new long[] {sizes.hidden()});
  }

  static void layer(Map<String, long[]> w, String name, int out, int in) {
    w.put(name + ".weight", new long[] {out, in});
    w.put(name + ".bias", new long[] {out});
  }

  /** The program, made from {@code vision.py} and the family's text with its constants. */
  String program(String text, Map<String, ?> own) {
    Map<String, Object> constants = new HashMap<>(own);
    constants.put("hidden", sizes.hidden());
    constants.put("heads", sizes.heads());
    constants.put("head", sizes.hidden() / sizes.heads());
    constants.put("epsilon", sizes.epsilon());
    constants.put("activation", sizes.activation());
    constants.put("stride", "[%s, %s]".formatted(sizes.patch().height(), sizes.patch().width()));
    constants.put("prefix", prefix);
    constants.put("norm1", names.attention().get(0));
    constants.put("query", names.attention().get(1));
    constants.put("key", names.attention().get(2));
    constants.put("value", names.attention().get(3));
    constants.put("output", names.attention().get(4));
    constants.put("norm2", names.dense().get(0));
    constants.put("up", names.dense().get(1));
    constants.put("down", names.dense().get(2));
    return Programs.classifier(
        sizes.layers(), prefix + names.blocks(), constants, "vision.py", text);
  }

  @Override
  public ModelTask task() {
    return ModelTask.CLASSIFICATION;
  }

  @Override
  public Map<String, long[]> head(int labels) {
    Map<String, long[]> w = new LinkedHashMap<>();
    layer(w, "classifier", labels, sizes.hidden());
    return w;
  }

  @Override
  public Map<String, long[]> linearLayers() {
    return WeightNames.layers(weights(), name -> isLinear(name.substring(prefix.length())));
  }

  /** Whether a matrix, by its name without prefix, belongs to a layer that can have adapters. */
  boolean isLinear(String name) {
    return name.startsWith(names.blocks());
  }

  @Override
  public String headedClass() {
    return "ForImageClassification";
  }

  @Override
  public ImageShape image() {
    return sizes.image();
  }

  /** None, because an image has no ids. */
  @Override
  public long vocabulary() {
    return 0;
  }

  /** The tokens of an image: its patches, and one for the class. */
  @Override
  public int maxPositions() {
    return Math.toIntExact(sizes.patches() + 1);
  }

  /** Without meaning, because all images have the same size. */
  @Override
  public long padToken() {
    return 0;
  }
}
