package org.tributary.image;

import java.util.SplittableRandom;

/**
 * Random changes to training images; evaluation images stay as they are. The seed of each use of a
 * row decides everything, by {@code SplittableRandom}: first two numbers for the crop, then one for
 * the mirror.
 *
 * @param flip whether to mirror half of the images, left to right
 * @param crop black pixels to add on each side; a part of the image's original size is then cut out
 *     at random
 */
public record Augmentation(boolean flip, int crop) {
  /** No changes. */
  public static final Augmentation NONE = new Augmentation(false, 0);

  /**
   * Changes an image.
   *
   * @param image in the model's size
   * @param seed of this use of the image
   * @return an image of the same size
   */
  public Pixels of(Pixels image, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Pixels changed = image;
    if (crop > 0) {
      int left = random.nextInt(2 * crop + 1) - crop;
      int top = random.nextInt(2 * crop + 1) - crop;
      changed = changed.window(left, top, image.width(), image.height());
    }
    return flip && random.nextBoolean() ? changed.flipped() : changed;
  }
}
