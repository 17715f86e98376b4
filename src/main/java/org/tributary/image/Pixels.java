package org.tributary.image;

/**
 * A decoded image of 8-bit samples.
 *
 * @param width W, columns
 * @param height H, rows
 * @param channels C: 1 grey, 3 red, green, blue
 * @param values H x W x C, row by row, with the channels of a pixel next to each other
 */
public record Pixels(int width, int height, int channels, byte[] values) {

  /** Checks the number of values. */
  public Pixels {
    if ((long) width * height * channels != values.length) {
      throw new IllegalArgumentException(
          "%d values for %d x %d x %d".formatted(values.length, height, width, channels));
    }
  }

  /**
   * The image with another number of channels, converted as in Pillow. Grey becomes colour by
   * repeating the value. Colour becomes grey by {@code (19595 R + 38470 G + 7471 B + 0x8000) >>
   * 16}, ITU-R 601-2 luma in fixed point ({@code L24} in Pillow's Convert.c).
   *
   * @param wanted 1 or 3
   * @return this image if it has that many
   */
  public Pixels withChannels(int wanted) {
    if (wanted == channels) {
      return this;
    }
    int pixels = width * height;
    byte[] converted = new byte[pixels * wanted];
    for (int i = 0; i < pixels; i++) {
      if (wanted == 1) {
        int sum = 19595 * at(3 * i) + 38470 * at(3 * i + 1) + 7471 * at(3 * i + 2) + 0x8000;
        converted[i] = (byte) (sum >> 16);
      } else {
        converted[3 * i] = values[i];
        converted[3 * i + 1] = values[i];
        converted[3 * i + 2] = values[i];
      }
    }
    return new Pixels(width, height, wanted, converted);
  }

  /**
   * A part of the image. The area outside of the image is black.
   *
   * @param left first column, may be negative
   * @param top first row, may be negative
   * @param newWidth columns
   * @param newHeight rows
   * @return the part
   */
  public Pixels window(int left, int top, int newWidth, int newHeight) {
    byte[] part = new byte[newWidth * newHeight * channels];
    int from = Math.max(0, -left);
    int to = Math.min(newWidth, width - left);
    for (int y = Math.max(0, -top); y < Math.min(newHeight, height - top) && from < to; y++) {
      System.arraycopy(
          values,
          ((y + top) * width + left + from) * channels,
          part,
          (y * newWidth + from) * channels,
          (to - from) * channels);
    }
    return new Pixels(newWidth, newHeight, channels, part);
  }

  /**
   * The mirror image, with left and right swapped.
   *
   * @return an image of the same size
   */
  public Pixels flipped() {
    byte[] flipped = new byte[values.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = (y * width + x) * channels;
        int to = (y * width + width - 1 - x) * channels;
        System.arraycopy(values, from, flipped, to, channels);
      }
    }
    return new Pixels(width, height, channels, flipped);
  }

  private int at(int index) {
    return values[index] & 0xff;
  }
}
