package org.tributary.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;

/**
 * Reads a {@code preprocessor_config.json} as transformers' ViT, SigLIP, CLIP, DeiT and BiT image
 * processors do, in all their layouts. An option that is not supported is refused by name.
 */
public final class ImageProcessorConfig {
  /** A family's processor and its defaults for missing keys. */
  private record Family(Resample filter, double mean, double std, boolean crop, boolean square) {}

  private static final Map<String, Family> FAMILIES =
      Map.of(
          "ViT", new Family(Resample.BILINEAR, 0.5, 0.5, false, true),
          "Siglip", new Family(Resample.BICUBIC, 0.5, 0.5, false, true),
          "DeiT", new Family(Resample.BICUBIC, Double.NaN, Double.NaN, true, true),
          "Bit", new Family(Resample.BICUBIC, Double.NaN, Double.NaN, true, false),
          "CLIP", new Family(Resample.BICUBIC, Double.NaN, Double.NaN, true, false));

  private static final Set<String> KNOWN =
      Set.of(
          "do_resize",
          "size",
          "resample",
          "do_center_crop",
          "crop_size",
          "do_rescale",
          "rescale_factor",
          "do_normalize",
          "image_mean",
          "image_std",
          "do_convert_rgb",
          "default_to_square");

  /** Keys without effect on the values. */
  private static final Set<String> IGNORED =
      Set.of(
          "image_processor_type",
          "feature_extractor_type",
          "processor_class",
          "auto_map",
          "return_tensors",
          "device",
          "disable_grouping",
          "image_seq_length",
          "_valid_processor_keys");

  private final JsonNode json;
  private final int channels;
  private final int width;
  private final int height;
  private final List<String> problems = new ArrayList<>();
  private final ProcessorOptions options;

  private ImageProcessorConfig(JsonNode json, int channels, int width, int height) {
    this.json = json;
    options = new ProcessorOptions(json, problems);
    this.channels = channels;
    this.width = width;
    this.height = height;
  }

  /**
   * Reads the processor of a model folder.
   *
   * @param store access to the folder
   * @param folder of the model
   * @param channels that the model takes, 1 or 3
   * @param height that the model takes
   * @param width that the model takes
   * @return the processor of the file; {@link #byDefault} without a file
   * @throws WrongInput naming every option that is not supported or does not fit the model
   * @throws IOException if the file system fails
   */
  public static ImageProcessor read(Store store, Path folder, int channels, int height, int width)
      throws IOException {
    if (channels != 1 && channels != 3) {
      throw new WrongInput(
          "%s: the model takes images of %d channels; 1 (grey) and 3 (RGB) are supported"
              .formatted(folder, channels));
    }
    Path file = new Path(folder, ImageProcessor.FILE);
    if (!store.exists(file)) {
      return byDefault(channels, height, width);
    }
    JsonNode json;
    try {
      json = Json.tree(store.readAll(file));
    } catch (JsonProcessingException e) {
      throw new WrongInput(file + " is not JSON; copy it again from its model", e);
    }
    if (!json.isObject()) {
      throw new WrongInput(file + " is not a JSON object; copy it again from its model");
    }
    ImageProcessorConfig config = new ImageProcessorConfig(json, channels, width, height);
    ImageProcessor processor = config.processor();
    if (!config.problems.isEmpty()) {
      throw WrongInput.all(file + ":", config.problems);
    }
    return processor;
  }

  /**
   * The size of the images that a folder's processor makes, for models that take any size.
   *
   * @param store access to the folder
   * @param folder of the model
   * @return {height, width}; null if there is no processor, or it does not say
   * @throws IOException if the file system fails
   */
  public static int[] size(Store store, Path folder) throws IOException {
    Path file = new Path(folder, ImageProcessor.FILE);
    if (!store.exists(file)) {
      return null;
    }
    try {
      return new ImageProcessorConfig(Json.tree(store.readAll(file)), 3, 0, 0).made();
    } catch (JsonProcessingException e) {
      return null; // read says what is wrong
    }
  }

  private int[] made() {
    Family family = family();
    ImageProcessor.Resize resize = options.flag("do_resize", true) ? resize(family) : null;
    ImageProcessor.Crop crop = options.flag("do_center_crop", family.crop()) ? crop() : null;
    int height = crop != null ? crop.height() : resize == null ? 0 : resize.height();
    int width = crop != null ? crop.width() : resize == null ? 0 : resize.width();
    return problems.isEmpty() && height > 0 && width > 0 ? new int[] {height, width} : null;
  }

  /**
   * The processor of a model folder without such a file. It resizes to the model's size,
   * bilinearly, and gives values from -1 to 1 (mean and deviation 0.5), as transformers' ViT
   * processor does by default.
   *
   * @param channels 1 or 3
   * @param height that the model takes
   * @param width that the model takes
   * @return the processor
   */
  public static ImageProcessor byDefault(int channels, int height, int width) {
    return new ImageProcessor(
        new ImageProcessor.Resize(Resample.BILINEAR, width, height, 0),
        null,
        1 / 255.0,
        ProcessorOptions.filled(channels, 0.5f),
        ProcessorOptions.filled(channels, 0.5f),
        width,
        height);
  }

  private ImageProcessor processor() {
    Family family = family();
    refuseUnknown();
    ImageProcessor.Resize resize = options.flag("do_resize", true) ? resize(family) : null;
    ImageProcessor.Crop crop = options.flag("do_center_crop", family.crop()) ? crop() : null;
    double factor =
        options.flag("do_rescale", true) ? options.number("rescale_factor", 1 / 255.0) : 1;
    boolean normalize = options.flag("do_normalize", true);
    float[] mean =
        normalize
            ? options.values("image_mean", family.mean(), channels)
            : ProcessorOptions.filled(channels, 0);
    float[] std =
        normalize
            ? options.values("image_std", family.std(), channels)
            : ProcessorOptions.filled(channels, 1);
    for (float s : std) {
      if (s == 0) {
        problems.add("image_std: 0 cannot be divided by; give the channels' deviations");
        break;
      }
    }
    if (options.flag("do_convert_rgb", channels == 3) && channels == 1) {
      problems.add("do_convert_rgb: is true, but the model takes 1 channel; set it to false");
    }
    checkSize(resize, crop);
    return new ImageProcessor(resize, crop, factor, mean, std, width, height);
  }

  private Family family() {
    String key =
        json.hasNonNull("image_processor_type") ? "image_processor_type" : "feature_extractor_type";
    String type = json.path(key).asText("ViTImageProcessor");
    String name = type.replaceAll("(ImageProcessor(Fast|Pil)?|FeatureExtractor)$", "");
    Family family = FAMILIES.get(name);
    if (family == null || name.equals(type)) {
      problems.add(
          "%s: %s is not supported; supported are the image processors of %s"
              .formatted(key, type, String.join(", ", new TreeSet<>(FAMILIES.keySet()))));
      return FAMILIES.get("ViT");
    }
    return family;
  }

  private void refuseUnknown() {
    json.fields()
        .forEachRemaining(
            option -> {
              String key = option.getKey();
              JsonNode value = option.getValue();
              boolean off = value.isNull() || value.isBoolean() && !value.asBoolean();
              boolean first = key.endsWith("data_format") && value.asText().contains("first");
              if (!KNOWN.contains(key) && !IGNORED.contains(key) && !off && !first) {
                problems.add(
                    "%s: %s is not supported; if it changes images, prepare them that way beforehand, then remove it"
                        .formatted(key, value));
              }
            });
  }

  private ImageProcessor.Resize resize(Family family) {
    Resample filter = family.filter();
    if (json.hasNonNull("resample")) {
      filter = json.get("resample").isInt() ? Resample.of(json.get("resample").intValue()) : null;
      if (filter == null) {
        problems.add(
            "resample: %s is not a filter; 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming"
                .formatted(json.get("resample")));
      }
    }
    JsonNode size = json.path("size");
    boolean square = options.flag("default_to_square", family.square());
    if (size.isMissingNode() || size.isNull()) {
      return new ImageProcessor.Resize(filter, width, height, 0);
    }
    if (size.isInt() && size.intValue() > 0) {
      int edge = size.intValue();
      return square
          ? new ImageProcessor.Resize(filter, edge, edge, 0)
          : new ImageProcessor.Resize(filter, 0, 0, edge);
    }
    if (size.isArray() && size.size() == 2 && above0(size.get(0)) && above0(size.get(1))) {
      // A pair is in the order height, width, as in transformers.
      return new ImageProcessor.Resize(filter, size.get(1).intValue(), size.get(0).intValue(), 0);
    }
    if (has(size, Set.of("height", "width"))) {
      return new ImageProcessor.Resize(
          filter, size.get("width").intValue(), size.get("height").intValue(), 0);
    }
    if (has(size, Set.of("shortest_edge"))) {
      return new ImageProcessor.Resize(filter, 0, 0, size.get("shortest_edge").intValue());
    }
    problems.add(
        "size: %s is not supported; give height and width, or shortest_edge".formatted(size));
    return null;
  }

  private ImageProcessor.Crop crop() {
    JsonNode size = json.path("crop_size");
    if (size.isMissingNode() || size.isNull()) {
      return new ImageProcessor.Crop(width, height);
    }
    if (above0(size)) {
      return new ImageProcessor.Crop(size.intValue(), size.intValue());
    }
    if (has(size, Set.of("height", "width"))) {
      return new ImageProcessor.Crop(size.get("width").intValue(), size.get("height").intValue());
    }
    problems.add("crop_size: %s is not supported; give height and width".formatted(size));
    return null;
  }

  /** The output must have the model's size, whatever the input size is. */
  private void checkSize(ImageProcessor.Resize resize, ImageProcessor.Crop crop) {
    if (crop != null) {
      checkSize("crop_size", crop.width(), crop.height());
    } else if (resize != null && resize.shortest() > 0) {
      problems.add(
          "size: shortest_edge alone leaves images of many sizes; add do_center_crop and crop_size");
    } else if (resize != null) {
      checkSize("size", resize.width(), resize.height());
    }
  }

  private void checkSize(String key, int w, int h) {
    if (w != width || h != height) {
      problems.add(
          "%s: makes images of %d x %d (height x width), the model takes %d x %d; set it to that"
              .formatted(key, h, w, height, width));
    }
  }

  private static boolean above0(JsonNode value) {
    return value.isInt() && value.intValue() > 0;
  }

  private static boolean has(JsonNode size, Set<String> keys) {
    Set<String> found = new TreeSet<>();
    size.fieldNames().forEachRemaining(found::add);
    return found.equals(keys) && keys.stream().allMatch(key -> above0(size.get(key)));
  }
}
