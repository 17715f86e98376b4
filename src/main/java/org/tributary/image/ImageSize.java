package org.tributary.image;

/**
 * The size of an image.
 *
 * @param width columns
 * @param height rows
 */
public record ImageSize(int width, int height) {
  long pixels() {
    return (long) width * height;
  }
}
