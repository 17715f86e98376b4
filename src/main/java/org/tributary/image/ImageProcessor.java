package org.tributary.image;

import java.util.Arrays;
import org.tributary.checkpoint.HuggingFaceFolder;

/**
 * Prepares an image for the model, as Hugging Face's image processors do. It converts the channels
 * to those of the model, resizes, crops to the centre (with black borders if the image is smaller),
 * and computes {@code (v f - mean) / std} of each value v with the numbers of its channel, in
 * float32.
 *
 * @param resize null to keep the size
 * @param crop null for none
 * @param factor f; 1 for none
 * @param mean of each channel; zeros for none
 * @param std of each channel; ones for none
 * @param width of the result
 * @param height of the result
 */
public record ImageProcessor(
    Resize resize, Crop crop, double factor, float[] mean, float[] std, int width, int height) {

  /** The file of a model folder with these settings. */
  public static final String FILE = HuggingFaceFolder.PREPROCESSOR;

  /**
   * How an image is resized.
   *
   * @param filter Pillow's filter
   * @param width columns; 0 if the shorter edge is given
   * @param height rows; 0 if the shorter edge is given
   * @param shortest the shorter edge; the longer one is in proportion and rounded down; 0 if both
   *     edges are given
   */
  public record Resize(Resample filter, int width, int height, int shortest) {
    /**
     * The most pixels of a resized image, also of the intermediate one whose rows are not yet
     * resized.
     */
    static final long MOST_PIXELS = 1 << 26;

    Pixels of(Pixels image) throws BrokenImage {
      ImageSize to = of(new ImageSize(image.width(), image.height()));
      return filter.resize(image, to.width(), to.height());
    }

    ImageSize of(ImageSize from) throws BrokenImage {
      long w = width;
      long h = height;
      if (shortest > 0) {
        long most = Math.max(from.width(), from.height());
        long longest = shortest * most / Math.min(from.width(), from.height());
        w = from.width() <= from.height() ? shortest : longest;
        h = from.width() <= from.height() ? longest : shortest;
      }
      // A product of three edges may not fit a long. A double is exact enough to detect this.
      double pixels = (double) w * Math.max(h, from.height());
      if (pixels > MOST_PIXELS) {
        throw new BrokenImage(
            "is %d x %d, which is resized to %d x %d by way of %.0f pixels; the most are %d"
                .formatted(from.width(), from.height(), w, h, pixels, MOST_PIXELS));
      }
      return new ImageSize((int) w, (int) h);
    }
  }

  /**
   * The part from the centre.
   *
   * @param width columns
   * @param height rows
   */
  public record Crop(int width, int height) {
    Pixels of(Pixels image) {
      int left = Math.floorDiv(image.width() - width, 2);
      int top = Math.floorDiv(image.height() - height, 2);
      return image.window(left, top, width, height);
    }
  }

  /**
   * The channels of the result.
   *
   * @return 1 or 3
   */
  public int channels() {
    return mean.length;
  }

  /**
   * Checks only the size of an image.
   *
   * @param image size of an image
   * @throws BrokenImage if {@link #sized} could not bring it to the size of the model
   */
  public void check(ImageSize image) throws BrokenImage {
    ImageSize size = resize == null ? image : resize.of(image);
    size = crop == null ? size : new ImageSize(crop.width(), crop.height());
    if (size.width() != width || size.height() != height) {
      throw new BrokenImage(
          "is %d x %d, the model takes %d x %d and do_resize is false in its %s (true resizes all)"
              .formatted(size.width(), size.height(), width, height, FILE));
    }
  }

  /**
   * Converts channels and size, as 8-bit values.
   *
   * @param image the decoded image
   * @return [height, width, channels]
   * @throws BrokenImage if the image has another size and no resizing is configured, or if resizing
   *     takes more than 2^26 pixels, as with extreme proportions
   */
  public Pixels sized(Pixels image) throws BrokenImage {
    check(new ImageSize(image.width(), image.height()));
    Pixels sized = image.withChannels(channels());
    sized = resize == null ? sized : resize.of(sized);
    sized = crop == null ? sized : crop.of(sized);
    return sized;
  }

  /**
   * Computes the values that the model takes.
   *
   * @param sized the result of {@link #sized}
   * @param into receives [channels, height, width]
   * @param offset of the first value
   */
  public void normalize(Pixels sized, float[] into, int offset) {
    int channels = channels();
    int pixels = width * height;
    for (int c = 0; c < channels; c++) {
      float[] values = new float[256];
      for (int v = 0; v < 256; v++) {
        values[v] = ((float) (v * factor) - mean[c]) / std[c];
      }
      for (int i = 0; i < pixels; i++) {
        into[offset + c * pixels + i] = values[sized.values()[i * channels + c] & 0xff];
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ImageProcessor that
        && java.util.Objects.equals(resize, that.resize)
        && java.util.Objects.equals(crop, that.crop)
        && factor == that.factor
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(std, that.std)
        && width == that.width
        && height == that.height;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(mean) + 31 * width + height;
  }
}
