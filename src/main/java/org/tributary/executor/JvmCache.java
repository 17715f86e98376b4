package org.tributary.executor;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.tributary.cluster.DefaultAction;
import org.tributary.cluster.Interruptible;
import sun.misc.Signal;

/**
 * A cache by key of objects that the tasks of a JVM share, such as a loaded model. It keeps the
 * values in use and the last value that was in use, so that the next task need not load it. Its
 * instances are static and mutable, like the maps of {@link org.tributary.run.Blueprints} and
 * {@link org.tributary.torch.SharedPrograms}; nothing else is.
 *
 * @param <V> type of the shared objects
 */
public final class JvmCache<V> {
  /** Makes a value that is not in the cache. */
  public interface Maker<V> {
    V make() throws IOException;
  }

  private static final class Entry<V> {
    private final V value;
    private int users;

    Entry(V value) {
      this.value = value;
    }
  }

  /** The longest time that a step of a large model may take. */
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(20);

  private final Consumer<V> drop;
  private final Map<String, Entry<V>> entries = new HashMap<>();
  private Thread guard;
  private volatile boolean ending;

  /**
   * Creates an empty cache.
   *
   * @param drop closes an unused value
   */
  public JvmCache(Consumer<V> drop) {
    this.drop = drop;
  }

  /**
   * Takes a value for a task, which must return it. If the value must be made, unused ones are
   * dropped first.
   */
  public synchronized V take(String key, Maker<V> maker) throws IOException {
    if (guard == null) {
      guard = new Thread(this::awaitUnused, "tributary-jvm-cache");
      Runtime.getRuntime().addShutdownHook(guard);
    }
    Entry<V> entry = entries.get(key);
    if (entry == null) {
      clear();
      entry = new Entry<>(maker.make());
      entries.put(key, entry);
    }
    entry.users++;
    return entry.value;
  }

  /** Returns a value: its task is done. */
  public synchronized void giveBack(V value) {
    entries.values().stream().filter(e -> e.value == value).forEach(e -> e.users--);
    notifyAll();
  }

  /**
   * Ends a task between two steps if its driver stops or its JVM ends.
   *
   * @throws TaskKilledException if its driver stops, or its JVM ends
   */
  public void checkGoesOn() {
    Interruptible.check(TaskContext.get());
    if (ending) {
      throw new TaskKilledException("its JVM ends");
    }
  }

  /**
   * Delays the end of the JVM until no task computes. Otherwise destructors of native libraries
   * would free memory that a task is using, and crash the JVM. If a step takes too long, the JVM
   * ends by the default action of SIGTERM, without destructors.
   */
  private synchronized void awaitUnused() {
    ending = true;
    long end = System.nanoTime() + LONGEST;
    try {
      while (entries.values().stream().anyMatch(e -> e.users > 0)) {
        if (System.nanoTime() > end) {
          DefaultAction.take(new Signal("TERM"));
        }
        wait(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Drops every unused value. */
  public synchronized void clear() {
    entries
        .values()
        .removeIf(
            entry -> {
              if (entry.users > 0) {
                return false;
              }
              drop.accept(entry.value);
              return true;
            });
  }
}
