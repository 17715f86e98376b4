package org.tributary.image;

/** Bytes that are no image, or not all of one; the message says why, in a few words. */
public final class BrokenImage extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * A reason.
   *
   * @param message such as "is truncated"
   */
  public BrokenImage(String message) {
    super(message);
  }
}
