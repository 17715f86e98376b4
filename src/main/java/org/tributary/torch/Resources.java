package org.tributary.torch;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is opened one after the other and closed together, the last first. A constructor that opens
 * several things adds each to one of these in a try-with-resources and takes them over at its end
 * with {@link #keep}: where it fails half-way, all that was open by then is closed.
 */
public final class Resources implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /**
   * Takes something in.
   *
   * @param resource to be closed with the others; null is passed over
   * @return the same
   */
  public <T extends AutoCloseable> T add(T resource) {
    if (resource != null) {
      opened.push(resource);
    }
    return resource;
  }

  /**
   * Hands all over; nothing is left here to close.
   *
   * @return to be closed in place of this
   */
  public Resources keep() {
    Resources kept = new Resources();
    kept.opened.addAll(opened);
    opened.clear();
    return kept;
  }

  /**
   * Closes all, whatever one of them throws; a second call has nothing to close.
   *
   * @throws IllegalStateException with the first fault as its cause
   */
  @Override
  public void close() {
    IllegalStateException failed = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (failed == null) {
          failed = new IllegalStateException("could not be closed: " + e.getMessage(), e);
        } else {
          failed.addSuppressed(e);
        }
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
