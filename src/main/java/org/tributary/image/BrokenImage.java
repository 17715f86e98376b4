package org.tributary.image;

/**
 * Signals bytes that are not an image or not a complete one. The message gives the reason in a few
 * words.
 */
public final class BrokenImage extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * Creates the exception with its reason.
   *
   * @param message such as "is truncated"
   */
  public BrokenImage(String message) {
    super(message);
  }
}
