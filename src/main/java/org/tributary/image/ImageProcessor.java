package org.tributary.image;

import java.util.Arrays;
import org.tributary.checkpoint.HuggingFaceFolder;

/**
 * What becomes of an image before the model sees it, as Hugging Face's image processors do it: its
 * channels as the model wants them, resized, cropped to its centre (black where it is smaller), and
 * each value v turned into {@code (v f - mean) / std} of its channel, in float32.
 *
 * @param resize null to leave the size
 * @param crop null for none
 * @param factor f; 1 for none
 * @param mean of each channel; zeros for none
 * @param std of each channel; ones for none
 * @param width of the result
 * @param height of the result
 */
public record ImageProcessor(
    Resize resize, Crop crop, double factor, float[] mean, float[] std, int width, int height) {

  /** The file of a model folder that says it. */
  public static final String FILE = HuggingFaceFolder.PREPROCESSOR;

  /**
   * How an image is resized.
   *
   * @param filter Pillow's
   * @param width columns; 0 where the shorter edge is given
   * @param height rows; 0 where the shorter edge is given
   * @param shortest the shorter edge, the longer one in proportion and rounded down; 0 where both
   *     are given
   */
  public record Resize(Resample filter, int width, int height, int shortest) {
    /**
     * The most pixels of a resized image, and of one whose columns are resized and rows not yet.
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
      // Products of three edges may not fit a long; a double says well enough that they do not.
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
   * The part from the middle.
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
   * Looks at a size alone.
   *
   * @param image an image's
   * @throws BrokenImage where {@link #sized} could not make the model's of it
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
   * Channels and size, as 8-bit values.
   *
   * @param image as it was decoded
   * @return [height, width, channels]
   * @throws BrokenImage where no resizing is asked for and the image has another size, or resizing
   *     takes more than 2^26 pixels, as of extreme proportions
   */
  public Pixels sized(Pixels image) throws BrokenImage {
    check(new ImageSize(image.width(), image.height()));
    Pixels sized = image.withChannels(channels());
    sized = resize == null ? sized : resize.of(sized);
    sized = crop == null ? sized : crop.of(sized);
    return sized;
  }

  /**
   * Values as the model takes them.
   *
   * @param sized as {@link #sized} gives it
   * @param into takes [channels, height, width]
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
