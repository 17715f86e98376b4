package org.tributary.data;

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
    Pixels of(Pixels image) {
      if (shortest == 0) {
        return filter.resize(image, width, height);
      }
      long w = image.width();
      long h = image.height();
      int longest = (int) ((long) shortest * Math.max(w, h) / Math.min(w, h));
      return w <= h
          ? filter.resize(image, shortest, longest)
          : filter.resize(image, longest, shortest);
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
   * Channels and size, as 8-bit values.
   *
   * @param image as it was decoded
   * @return [height, width, channels]
   * @throws BrokenImage where no resizing is asked for and the image has another size
   */
  public Pixels sized(Pixels image) throws BrokenImage {
    Pixels sized = image.withChannels(channels());
    sized = resize == null ? sized : resize.of(sized);
    sized = crop == null ? sized : crop.of(sized);
    if (sized.width() != width || sized.height() != height) {
      throw new BrokenImage(
          "is %d x %d, the model takes %d x %d and its %s does not resize"
              .formatted(sized.width(), sized.height(), width, height, FILE));
    }
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
