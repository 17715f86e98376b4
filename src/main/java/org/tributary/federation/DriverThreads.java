package org.tributary.federation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs work on all cores of the driver that is too small for a Spark stage. */
final class DriverThreads {
  private static final long LONGEST_S = 60;

  private DriverThreads() {}

  /**
   * Work on one item.
   *
   * @param <A> item
   * @param <T> result
   */
  @FunctionalInterface
  interface Work<A, T> {
    /** Does the work. Called on a separate thread. */
    T on(A item) throws IOException, InterruptedException;
  }

  /** The number of threads. */
  static int count() {
    return Runtime.getRuntime().availableProcessors();
  }

  /**
   * Does work on all items.
   *
   * @param items in any number
   * @param work on each
   * @return results in the order of the items
   * @throws IOException the exception of the first item that failed
   * @throws InterruptedException if this thread is interrupted; no work continues then
   */
  static <A, T> List<T> map(List<A> items, Work<A, T> work)
      throws IOException, InterruptedException {
    if (items.isEmpty()) {
      return List.of();
    }
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(items.size(), count()));
    try {
      List<Future<T>> begun = new ArrayList<>();
      items.forEach(item -> begun.add(threads.submit(() -> work.on(item))));
      List<T> results = new ArrayList<>();
      for (Future<T> future : begun) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw thrown(e.getCause());
    } finally {
      threads.shutdownNow();
      awaitEnd(threads);
    }
  }

  private static IOException thrown(Throwable cause) throws IOException, InterruptedException {
    if (cause instanceof IOException e) {
      return e;
    }
    if (cause instanceof InterruptedException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) cause;
  }

  /** Native code must not be at work while the JVM ends. */
  private static void awaitEnd(ExecutorService threads) {
    boolean interrupted = Thread.interrupted();
    try {
      threads.awaitTermination(LONGEST_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
