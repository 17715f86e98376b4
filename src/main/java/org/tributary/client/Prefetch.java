package org.tributary.client;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;
import org.tributary.batch.Batch;

/**
 * Prepares the next batches (decoding, tokenizing) on a separate thread while the engine computes:
 * the same batches in the same order, at most {@value #AHEAD} ahead.
 */
final class Prefetch implements AutoCloseable {
  private static final int AHEAD = 2;

  /** The result of the thread: a batch, or the reason why there is none. */
  private record Ready(Batch batch, Throwable problem) {}

  private final BlockingQueue<Ready> ready = new ArrayBlockingQueue<>(AHEAD);
  private final Thread thread;

  /**
   * Starts the thread.
   *
   * @param batches one after the other; called on another thread
   * @param count how many will be asked for
   */
  Prefetch(Supplier<Batch> batches, long count) {
    thread = new Thread(() -> prepare(batches, count), "tributary-prefetch");
    thread.setDaemon(true);
    thread.start();
  }

  private void prepare(Supplier<Batch> batches, long count) {
    try {
      for (long i = 0; i < count; i++) {
        Ready next;
        try {
          next = new Ready(batches.get(), null);
        } catch (RuntimeException | Error e) {
          next = new Ready(null, e);
        }
        ready.put(next);
        if (next.problem() != null) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed; no more batches are needed
    }
  }

  /**
   * The next batch; waits for it.
   *
   * @return the batch, in the order of the supplier
   * @throws RuntimeException or an error as the supplier threw it
   * @throws IllegalStateException if this thread is interrupted; its interrupt status stays set
   */
  Batch next() {
    Ready next;
    try {
      next = ready.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a batch", e);
    }
    if (next.problem() instanceof Error error) {
      throw error;
    }
    if (next.problem() instanceof RuntimeException exception) {
      throw exception;
    }
    return next.batch();
  }

  /** Ends the thread and waits until it has ended. */
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
