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
   * A family's defaults.
   *
   * @param activation hidden_act
   * @param epsilon layer_norm_eps
   * @param patch patch_size
   */
  record Defaults(String activation, double epsilon, int patch) {}

  /**
   * Reads the sizes. Problems are collected in the configuration, for {@code check}.
   *
   * @param config the section that has them
   * @param absent the family's defaults
   * @return the sizes
   */
  static VisionSizes read(ConfigJson config, Defaults absent) {
    ConfigJson.Sides image = config.sides("image_size", 224);
    VisionSizes sizes =
        new VisionSizes(
            config.size("hidden_size", 768),
            config.size("intermediate_size", 3072),
            config.size("num_hidden_layers", 12),
            config.size("num_attention_heads", 12),
            new ImageShape(config.size("num_channels", 3), image.height(), image.width()),
            config.sides("patch_size", absent.patch()),
            config.number("layer_norm_eps", absent.epsilon()),
            config.activation("hidden_act", absent.activation()));
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

  /** The sizes with another inner width of the MLP and its activation. */
  VisionSizes with(int width, String inner) {
    return new VisionSizes(hidden, width, layers, heads, image, patch, epsilon, inner);
  }

  /** The sizes for images of another height and width. */
  VisionSizes at(int height, int width) {
    ImageShape shape = new ImageShape(image.channels(), height, width);
    return new VisionSizes(hidden, intermediate, layers, heads, shape, patch, epsilon, activation);
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
