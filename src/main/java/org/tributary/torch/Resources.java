package org.tributary.torch;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Resources that are opened one after the other and closed together, in reverse order. A
 * constructor that opens several resources adds each of them in a try-with-resources and calls
 * {@link #keep} at its end. If it fails half-way, all resources that are already open are closed.
 */
public final class Resources implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /**
   * Adds a resource.
   *
   * @param resource to be closed with the others; null is ignored
   * @return the same
   */
  public <T extends AutoCloseable> T add(T resource) {
    if (resource != null) {
      opened.push(resource);
    }
    return resource;
  }

  /**
   * Moves all resources to a new object; this one then closes nothing.
   *
   * @return the new object, to be closed instead of this
   */
  public Resources keep() {
    Resources kept = new Resources();
    kept.opened.addAll(opened);
    opened.clear();
    return kept;
  }

  /**
   * Closes all resources, even if one of them throws. A second call does nothing.
   *
   * @throws IllegalStateException with the first exception as its cause
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
