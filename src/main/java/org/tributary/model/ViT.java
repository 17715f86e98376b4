package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
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
  private static final BlockRenaming IN_MEMORY =
      new BlockRenaming(
          HEADED,
          NAMES.blocks(),
          "layers.",
          Map.of(
              "attention.attention.query", "attention.q_proj",
              "attention.attention.key", "attention.k_proj",
              "attention.attention.value", "attention.v_proj",
              "attention.output.dense", "attention.o_proj",
              "intermediate.dense", "mlp.fc1",
              "output.dense", "mlp.fc2"));

  private final double initializerRange;

  private ViT(VisionSizes sizes, ConfigJson config, String prefix) {
    super(sizes, NAMES, prefix, config.flag("qkv_bias", true));
    initializerRange = config.number("initializer_range", 0.02);
    config.oneLabelARow();
    config.check();
  }

  /**
   * Reads the sizes.
   *
   * @param json the checkpoint's config.json
   * @param prefix of the names, {@code "vit."} or empty
   * @param pooling {@link Pooling#CLS}, or null
   * @return the architecture
   */
  static ViT of(JsonNode json, String prefix, Pooling pooling) {
    Pooling.choose(pooling, MODEL_TYPE, Pooling.CLS);
    ConfigJson config = new ConfigJson(json);
    return new ViT(VisionSizes.read(config, "gelu", 1e-12), config, prefix);
  }

  @Override
  public Map<String, long[]> weights() {
    int d = sizes().hidden();
    Map<String, long[]> w = new LinkedHashMap<>();
    patchConvolution(w, prefix() + PROJECTION);
    w.put(prefix() + "embeddings.cls_token", new long[] {1, 1, d});
    w.put(prefix() + "embeddings.position_embeddings", new long[] {1, sizes().patches() + 1, d});
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
    return List.of(prefix() + "pooler.*", prefix() + "embeddings.mask_token", "decoder.*");
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
    return Pooling.CLS;
  }

  @Override
  public Pooling classifierPooling() {
    return Pooling.CLS;
  }

  @Override
  public String program() {
    return program("vit.py", Map.of("tokens", sizes().patches() + 1));
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
      return ViT.of(config, prefix(names, HEADED), pooling);
    }
  }
}
