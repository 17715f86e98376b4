package org.tributary.model;

/**
 * The sizes of a vision transformer in {@code config.json}. Missing keys have the values of the
 * base model, because transformers leaves these out.
 *
 * @param hidden d, width of a token
 * @param intermediate m, width between the two dense layers
 * @param layers blocks
 * @param heads of each attention
 * @param image the images that it takes
 * @param patch height and width of a patch, in pixels
 * @param epsilon of the layer norms
 * @param activation TorchScript in {@code y}
 */
record VisionSizes(
    int hidden,
    int intermediate,
    int layers,
    int heads,
    ImageShape image,
    ConfigJson.Sides patch,
    double epsilon,
    String activation) {
  /**
   * Reads the sizes. Problems are collected in the configuration, for {@code check}.
   *
   * @param config the section that has them
   * @param activation the family's default
   * @param epsilon the family's default
   * @return the sizes
   */
  static VisionSizes read(ConfigJson config, String activation, double epsilon) {
    ConfigJson.Sides image = config.sides("image_size", 224);
    VisionSizes sizes =
        new VisionSizes(
            config.size("hidden_size", 768),
            config.size("intermediate_size", 3072),
            config.size("num_hidden_layers", 12),
            config.size("num_attention_heads", 12),
            new ImageShape(config.size("num_channels", 3), image.height(), image.width()),
            config.sides("patch_size", 16),
            config.number("layer_norm_eps", epsilon),
            config.activation("hidden_act", activation));
    sizes.problems(config);
    return sizes;
  }

  private void problems(ConfigJson config) {
    if (hidden % heads != 0) {
      config.problem(
          "hidden_size %d is not a multiple of num_attention_heads %d".formatted(hidden, heads));
    }
    if (patch.height() > image.height() || patch.width() > image.width()) {
      config.problem(
          "patch_size %d x %d is larger than image_size %d x %d"
              .formatted(patch.height(), patch.width(), image.height(), image.width()));
    }
  }

  /**
   * The number of patches of an image. A rest at the right and the bottom belongs to no patch.
   *
   * @return rows times columns
   */
  long patches() {
    return (long) (image.height() / patch.height()) * (image.width() / patch.width());
  }
}
