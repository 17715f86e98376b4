package org.tributary.image;

/**
 * How large an image is.
 *
 * @param width columns
 * @param height rows
 */
public record ImageSize(int width, int height) {
  long pixels() {
    return (long) width * height;
  }
}
