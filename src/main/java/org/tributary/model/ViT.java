package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * ViT (Dosovitskiy et al. 2021) as a classifier: a class token before the patches, learned
 * positions, pre-norm blocks, a last layer norm, one linear layer on the class token. There is no
 * dropout, so that a step is a function of its batch.
 *
 * <p>Names are those of {@code ViTModel}, or those of {@code ViTForImageClassification} with the
 * prefix {@code vit.}, as in the checkpoint. The pooler of a {@code ViTModel} is not used, as in
 * {@code ViTForImageClassification}.
 */
final class ViT extends VisionTransformer {
  static final String MODEL_TYPE = "vit";

  /** The prefix of names in a ViTForImageClassification. */
  static final String HEADED = "vit.";

  private static final String PROJECTION = "embeddings.patch_embeddings.projection";

  /**
   * What sets a family of this kind apart.
   *
   * @param headed the prefix of names in the class with a classifier
   * @param tokens names of the learned tokens before the patches, the class token first
   * @param otherHeads names of heads that a classifier replaces
   */
  record Variant(String headed, List<String> tokens, List<String> otherHeads) {}

  private static final Variant PLAIN = new Variant(HEADED, List.of("cls_token"), List.of());

  private static final BlockNames NAMES =
      new BlockNames(
          "encoder.layer.",
          List.of(
              "layernorm_before",
              "attention.attention.query",
              "attention.attention.key",
              "attention.attention.value",
              "attention.output.dense"),
          List.of("layernorm_after", "intermediate.dense", "output.dense"));

  /** The names of the layers of a block in memory in transformers 5. */
  private static final Map<String, String> IN_MEMORY =
      Map.of(
          "attention.attention.query", "attention.q_proj",
          "attention.attention.key", "attention.k_proj",
          "attention.attention.value", "attention.v_proj",
          "attention.output.dense", "attention.o_proj",
          "intermediate.dense", "mlp.fc1",
          "output.dense", "mlp.fc2");

  private final Variant variant;
  private final double initializerRange;

  private ViT(VisionSizes sizes, ConfigJson config, String prefix, Variant variant) {
    super(sizes, NAMES, prefix, config.flag("qkv_bias", true));
    this.variant = variant;
    initializerRange = config.number("initializer_range", 0.02);
    config.oneLabelARow();
    config.check();
  }

  /**
   * Reads the sizes.
   *
   * @param json the checkpoint's config.json
   * @param names of its tensors
   * @param pooling {@link Pooling#CLS}, or null
   * @param variant of the family
   * @return the architecture
   */
  static ViT of(JsonNode json, Set<String> names, Pooling pooling, Variant variant) {
    Pooling.choose(pooling, json.path("model_type").asText(), Pooling.CLS);
    ConfigJson config = new ConfigJson(json);
    VisionSizes sizes = VisionSizes.read(config, new VisionSizes.Defaults("gelu", 1e-12, 16));
    String headed = variant.headed();
    boolean has = names.stream().anyMatch(name -> name.startsWith(headed));
    return new ViT(sizes, config, has ? headed : "", variant);
  }

  @Override
  public Map<String, long[]> weights() {
    int d = sizes().hidden();
    Map<String, long[]> w = new LinkedHashMap<>();
    patchConvolution(w, prefix() + PROJECTION);
    for (String token : variant.tokens()) {
      w.put(prefix() + "embeddings." + token, new long[] {1, 1, d});
    }
    long positions = variant.tokens().size() + sizes().patches();
    w.put(prefix() + "embeddings.position_embeddings", new long[] {1, positions, d});
    blocks(w);
    norm(w, prefix() + "layernorm");
    return w;
  }

  @Override
  public List<String> ignoredWeights() {
    return otherHeads();
  }

  /** The pooler of a ViTModel, and the additional tensors of ViTForMaskedImageModeling. */
  @Override
  public List<String> otherHeads() {
    List<String> heads = new ArrayList<>(variant.otherHeads());
    heads.addAll(List.of(prefix() + "pooler.*", prefix() + "embeddings.mask_token", "decoder.*"));
    return heads;
  }

  @Override
  public String nameWithHead(String name) {
    String headed = variant.headed();
    return name.startsWith(headed) || name.startsWith("classifier.") ? name : headed + name;
  }

  @Override
  public String nameInPeft(String name) {
    return inMemory().apply(name);
  }

  @Override
  public String nameFromPeft(String name) {
    return inMemory().inverse().apply(name);
  }

  private BlockRenaming inMemory() {
    return new BlockRenaming(variant.headed(), NAMES.blocks(), "layers.", IN_MEMORY);
  }

  @Override
  public Pooling pooling() {
    return Pooling.CLS;
  }

  @Override
  public Pooling classifierPooling() {
    return Pooling.CLS;
  }

  @Override
  public String program() {
    return program("vit.py", Map.of("before", variant.tokens().size()));
  }

  @Override
  public int maxPositions() {
    return Math.toIntExact(sizes().patches() + variant.tokens().size());
  }

  @Override
  public double initializerRange() {
    return initializerRange;
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(MODEL_TYPE, "image classifiers", "Dosovitskiy et al. 2021, arXiv 2010.11929");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return ViT.of(config, names, pooling, PLAIN);
    }
  }
}
