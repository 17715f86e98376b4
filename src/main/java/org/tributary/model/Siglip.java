package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The vision tower of SigLIP (Zhai et al. 2023) as a classifier: patches without a class token,
 * learned positions, pre-norm blocks, a last layer norm, then either the mean over all patches, as
 * {@code SiglipForImageClassification} has it, or the tower's attention-pooling head, then one
 * linear layer. There is no dropout, so that a step is a function of its batch.
 *
 * <p>The sizes are in {@code vision_config} of a whole SigLIP, or at the top level for a separate
 * vision tower. Names have the prefix {@code vision_model.}, or no prefix in a tower written by
 * transformers 5. The text tower of a whole SigLIP does not change.
 */
final class Siglip extends VisionTransformer {
  static final String MODEL_TYPE = "siglip";

  /** The type of a vision tower without a text tower. */
  static final String TOWER = "siglip_vision_model";

  /** The prefix of names in a whole SigLIP and in a SiglipForImageClassification. */
  static final String HEADED = "vision_model.";

  private static final String SECTION = "vision_config";

  private static final BlockNames NAMES =
      new BlockNames(
          "encoder.layers.",
          List.of(
              "layer_norm1",
              "self_attn.q_proj",
              "self_attn.k_proj",
              "self_attn.v_proj",
              "self_attn.out_proj"),
          List.of("layer_norm2", "mlp.fc1", "mlp.fc2"));

  private final Pooling pooling;
  private final double initializerFactor;

  private Siglip(VisionSizes sizes, String prefix, Pooling pooling, double initializerFactor) {
    super(sizes, NAMES, prefix, true);
    this.pooling = pooling;
    this.initializerFactor = initializerFactor;
  }

  /**
   * Reads the sizes.
   *
   * @param json the checkpoint's config.json
   * @param prefix of the names, {@code "vision_model."} or empty
   * @param pooling {@link Pooling#MEAN} or null, or {@link Pooling#ATTENTION}
   * @return the architecture
   */
  static Siglip of(JsonNode json, String prefix, Pooling pooling) {
    String type = json.path("model_type").asText();
    Pooling chosen = Pooling.choose(pooling, type, Pooling.MEAN, Pooling.ATTENTION);
    ConfigJson config = new ConfigJson(json);
    ConfigJson vision = type.equals(TOWER) ? config : config.section(SECTION);
    VisionSizes sizes =
        VisionSizes.read(vision, new VisionSizes.Defaults("gelu_pytorch_tanh", 1e-6, 16));
    double factor = config.number("initializer_factor", 1.0);
    config.oneLabelARow();
    config.check();
    return new Siglip(sizes, prefix, chosen, factor);
  }

  @Override
  public Map<String, long[]> weights() {
    int d = sizes().hidden();
    Map<String, long[]> w = new LinkedHashMap<>();
    patchConvolution(w, prefix() + "embeddings.patch_embedding");
    w.put(prefix() + "embeddings.position_embedding.weight", new long[] {sizes().patches(), d});
    blocks(w);
    norm(w, prefix() + "post_layernorm");
    if (pooling == Pooling.ATTENTION) {
      String h = prefix() + "head.";
      w.put(h + "probe", new long[] {1, 1, d});
      w.put(h + "attention.in_proj_weight", new long[] {3L * d, d});
      w.put(h + "attention.in_proj_bias", new long[] {3L * d});
      layer(w, h + "attention.out_proj", d, d);
      norm(w, h + "layernorm");
      layer(w, h + "mlp.fc1", sizes().intermediate(), d);
      layer(w, h + "mlp.fc2", d, sizes().intermediate());
    }
    return w;
  }

  @Override
  boolean isLinear(String name) {
    return super.isLinear(name) || name.startsWith("head.mlp.");
  }

  @Override
  public List<String> ignoredWeights() {
    return List.of(
        "text_model.*", "logit_scale", "logit_bias", "*position_ids", prefix() + "head.*");
  }

  @Override
  public String nameWithHead(String name) {
    return prefix().isEmpty() && !name.startsWith("classifier.") ? HEADED + name : name;
  }

  /** {@code SiglipForImageClassification} reads the sizes from {@code vision_config} alone. */
  @Override
  public ObjectNode configWithHead(ObjectNode config) {
    ObjectNode whole = config.deepCopy();
    if (!whole.has(SECTION)) {
      ObjectNode tower = config.deepCopy();
      tower.remove(List.of("architectures", "id2label", "label2id", "tributary_pooling"));
      whole.set(SECTION, tower);
      whole.retain(
          List.of(SECTION, "id2label", "label2id", "tributary_pooling", "torch_dtype", "dtype"));
      whole.put("model_type", MODEL_TYPE);
    }
    whole.putArray("architectures").add("SiglipForImageClassification");
    return whole;
  }

  @Override
  public Pooling pooling() {
    return pooling;
  }

  @Override
  public Pooling classifierPooling() {
    return Pooling.MEAN;
  }

  @Override
  public String program() {
    return program(
        "siglip.py", Map.of("mean", pooling == Pooling.MEAN ? "True" : "False", "before", 0));
  }

  /** 1/√d times the configured factor. */
  @Override
  public double initializerRange() {
    return initializerFactor / Math.sqrt(sizes().hidden());
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "image classifiers: both towers in the checkpoint, the vision tower used",
          "Zhai et al. 2023, arXiv 2303.15343");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Siglip.of(config, prefix(names, HEADED), pooling);
    }
  }

  /** Registers it under its name. */
  public static final class TowerProvider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public TowerProvider() {
      super(
          TOWER, "image classifiers: the vision tower alone", "Zhai et al. 2023, arXiv 2303.15343");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Siglip.of(config, prefix(names, HEADED), pooling);
    }
  }
}
