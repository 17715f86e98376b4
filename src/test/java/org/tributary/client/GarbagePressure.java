package org.tributary.client;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that collects garbage continuously and overwrites freed native memory with garbage
 * values, so that code that uses memory without owning it computes wrong values.
 */
final class GarbagePressure implements AutoCloseable {
  private final long before = count();
  private final Thread thread = new Thread(this::run, "garbage pressure");
  private volatile boolean stopped;

  GarbagePressure() {
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!stopped) {
      System.gc();
      scribble(100);
      // Other threads get time: with a large heap, collections alone would leave them none.
      LockSupport.parkNanos(10_000_000);
    }
  }

  /** Allocates and fills direct buffers of the sizes that batches and scalars have. */
  static void scribble(int buffers) {
    for (int i = 0; i < buffers; i++) {
      ByteBuffer rubbish = ByteBuffer.allocateDirect(8 << ThreadLocalRandom.current().nextInt(10));
      while (rubbish.remaining() >= 8) {
        rubbish.putLong(0x7f7f7f7f7f7f7f7fL);
      }
    }
  }

  /**
   * Waits for a collection after each step, so that their number does not depend on their speed.
   */
  StepListener afterEachStep() {
    return (step, steps, loss) -> {
      long seen = count();
      while (count() == seen) {
        LockSupport.parkNanos(1_000_000);
      }
    };
  }

  long collections() {
    return count() - before;
  }

  private static long count() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    thread.join();
  }
}
