package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * DINOv2 (Oquab et al. 2023) as a classifier: a ViT whose blocks scale what attention and MLP add,
 * with a learned factor for each number of a token. The classifier reads the class token beside the
 * mean of the patches, [2 d], as {@code Dinov2ForImageClassification} has it. There is no dropout
 * and no stochastic depth, so that a step is a function of its batch.
 *
 * <p>Images may have another size than {@code image_size}: the learned positions are then
 * interpolated bicubically, as in transformers. The largest models have SwiGLU in place of an MLP.
 * The mask token is not used.
 */
final class Dinov2 extends VisionTransformer {
  static final String MODEL_TYPE = "dinov2";

  /** The prefix of names in a Dinov2ForImageClassification. */
  static final String HEADED = "dinov2.";

  private static final String GATED_UP = "mlp.weights_in";

  private static final String GATED_DOWN = "mlp.weights_out";

  private static final List<String> ATTENTION =
      List.of(
          "norm1",
          "attention.attention.query",
          "attention.attention.key",
          "attention.attention.value",
          "attention.output.dense");

  private static final BlockNames PLAIN =
      new BlockNames("encoder.layer.", ATTENTION, List.of("norm2", "mlp.fc1", "mlp.fc2"));

  private static final BlockNames GATED =
      new BlockNames("encoder.layer.", ATTENTION, List.of("norm2", GATED_UP, GATED_DOWN));

  /** The names of the layers of a block in memory in transformers 5. */
  private static final BlockRenaming IN_MEMORY =
      new BlockRenaming(
          HEADED,
          PLAIN.blocks(),
          PLAIN.blocks(),
          Map.of(
              "attention.attention.query",
              "attention.q_proj",
              "attention.attention.key",
              "attention.k_proj",
              "attention.attention.value",
              "attention.v_proj",
              "attention.output.dense",
              "attention.o_proj",
              GATED_DOWN,
              "mlp.down_proj"));

  private final JsonNode json;
  private final boolean gated;
  private final int side;
  private final double initializerRange;

  private Dinov2(JsonNode json, ConfigJson config, VisionSizes sizes, String prefix) {
    super(sizes, isGated(config) ? GATED : PLAIN, prefix, config.flag("qkv_bias", true));
    this.json = json;
    gated = isGated(config);
    ConfigJson.Sides image = config.sides("image_size", 224);
    side = image.height() / sizes.patch().height();
    if (image.height() != image.width() || sizes.patch().height() != sizes.patch().width()) {
      config.problem("image_size and patch_size must be squares");
    }
    initializerRange = config.number("initializer_range", 0.02);
    config.oneLabelARow();
    config.check();
  }

  private static boolean isGated(ConfigJson config) {
    return config.flag("use_swiglu_ffn", false);
  }

  /**
   * Reads the sizes.
   *
   * @param json the checkpoint's config.json
   * @param prefix of the names, {@code "dinov2."} or empty
   * @param pooling {@link Pooling#CLS_MEAN}, or null
   * @param image height and width of the images; null for those of config.json
   * @return the architecture
   */
  static Dinov2 of(JsonNode json, String prefix, Pooling pooling, ImageShape image) {
    Pooling.choose(pooling, MODEL_TYPE, Pooling.CLS_MEAN);
    ConfigJson config = new ConfigJson(json);
    VisionSizes sizes = VisionSizes.read(config, new VisionSizes.Defaults("gelu", 1e-6, 14));
    int inner = (int) (sizes.hidden() * config.positive("mlp_ratio", 4));
    sizes =
        isGated(config)
            ? sizes.with((inner * 2 / 3 + 7) / 8 * 8, "__torch__.swiglu(y)")
            : sizes.with(inner, sizes.activation());
    if (image != null) {
      sizes = sizes.at(image.height(), image.width());
    }
    return new Dinov2(json, config, sizes, prefix);
  }

  @Override
  public Architecture forImages(int height, int width) {
    return of(json, prefix(), null, new ImageShape(image().channels(), height, width));
  }

  @Override
  public Map<String, long[]> weights() {
    int d = sizes().hidden();
    Map<String, long[]> w = new LinkedHashMap<>();
    patchConvolution(w, prefix() + "embeddings.patch_embeddings.projection");
    w.put(prefix() + "embeddings.cls_token", new long[] {1, 1, d});
    w.put(prefix() + "embeddings.position_embeddings", new long[] {1, 1 + (long) side * side, d});
    blocks(w);
    norm(w, prefix() + "layernorm");
    return w;
  }

  @Override
  int inner() {
    return gated ? 2 * sizes().intermediate() : sizes().intermediate();
  }

  @Override
  void added(Map<String, long[]> w, String block, int part) {
    w.put(block + "layer_scale" + part + ".lambda1", new long[] {sizes().hidden()});
  }

  /** The mask token, of which only pretraining makes use. */
  @Override
  public List<String> ignoredWeights() {
    return List.of(prefix() + "embeddings.mask_token");
  }

  @Override
  public Map<String, long[]> head(int labels) {
    Map<String, long[]> w = new LinkedHashMap<>();
    layer(w, "classifier", labels, 2 * sizes().hidden());
    return w;
  }

  /** Not the first layer of SwiGLU: peft has two layers in its place. */
  @Override
  boolean isLinear(String name) {
    return super.isLinear(name) && !name.contains(GATED_UP);
  }

  @Override
  public String nameWithHead(String name) {
    return name.startsWith(HEADED) || name.startsWith("classifier.") ? name : HEADED + name;
  }

  @Override
  public String nameInPeft(String name) {
    return IN_MEMORY.apply(name);
  }

  @Override
  public String nameFromPeft(String name) {
    return IN_MEMORY.inverse().apply(name);
  }

  @Override
  public Pooling pooling() {
    return Pooling.CLS_MEAN;
  }

  @Override
  public Pooling classifierPooling() {
    return Pooling.CLS_MEAN;
  }

  @Override
  public String program() {
    return program("dinov2.py", Map.of("before", 1, "side", side));
  }

  @Override
  public double initializerRange() {
    return initializerRange;
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "image classifiers on self-supervised features",
          "Oquab et al. 2023, arXiv 2304.07193");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Dinov2.of(config, prefix(names, HEADED), pooling, null);
    }
  }
}
