package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/**
 * DeiT (Touvron et al. 2021): a {@link ViT} with a distillation token after the class token. The
 * classifier reads the class token alone, as {@code DeiTForImageClassification} has it. The two
 * heads of a {@code DeiTForImageClassificationWithTeacher} are not computed: a new classifier
 * replaces them.
 */
final class DeiT {
  static final String MODEL_TYPE = "deit";

  private static final ViT.Variant VARIANT =
      new ViT.Variant(
          "deit.",
          List.of("cls_token", "distillation_token"),
          List.of("cls_classifier.*", "distillation_classifier.*"));

  private DeiT() {}

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "image classifiers with a distillation token",
          "Touvron et al. 2021, arXiv 2012.12877");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return ViT.of(config, names, pooling, VARIANT);
    }
  }
}
