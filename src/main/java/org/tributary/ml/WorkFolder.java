package org.tributary.ml;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The folders of an estimator's {@code workDir}. Threads of one JVM that need the same folder take
 * turns, so that fits of a cross-validation can run at the same time. The map of turns is static
 * and mutable, because the estimators of these threads are copies that share nothing else. Drivers
 * in other JVMs are kept away by the lock of the run.
 *
 * @param root as the user names it
 */
record WorkFolder(String root) {
  /** The name of a set or a run that is only planned. */
  static final String PLANNED = "planned";

  private static final Map<String, ReentrantLock> TURNS = new ConcurrentHashMap<>();

  /** The folder of the partitioned sets. */
  String sets() {
    return in("data");
  }

  /** The folder of a partitioned set. */
  String set(String id) {
    return in("data/" + id);
  }

  /** The folder of a run. */
  String run(String id) {
    return in("runs/" + id);
  }

  private String in(String name) {
    return root.endsWith("/") ? root + name : root + "/" + name;
  }

  /** Work in a folder. */
  @FunctionalInterface
  interface Work<T> {
    /** Does the work. */
    T run() throws IOException, InterruptedException;
  }

  /**
   * Works in a folder while no other thread of this JVM does.
   *
   * @param folder of a set or a run
   * @param work to do
   * @return its result
   * @throws IOException if the work throws it
   * @throws InterruptedException if the thread is interrupted, also while it waits for its turn
   */
  static <T> T inTurn(String folder, Work<T> work) throws IOException, InterruptedException {
    ReentrantLock turn = TURNS.computeIfAbsent(folder, f -> new ReentrantLock());
    turn.lockInterruptibly();
    try {
      return work.run();
    } finally {
      turn.unlock();
    }
  }
}
