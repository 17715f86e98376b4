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
 * A cache of what tasks of a JVM share, such as a loaded model, by key: the values that are in use
 * and the last one that was, so that the next task finds it ready. Its instances are static and
 * mutable, as {@link org.tributary.run.Blueprints} is, and nothing else.
 *
 * @param <V> what tasks share
 */
public final class JvmCache<V> {
  /** Makes a value where there is none. */
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

  /** What a step of a large model may take. */
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(20);

  private final Consumer<V> drop;
  private final Map<String, Entry<V>> entries = new HashMap<>();
  private Thread guard;
  private volatile boolean ending;

  /**
   * None yet.
   *
   * @param drop closes an unused value
   */
  public JvmCache(Consumer<V> drop) {
    this.drop = drop;
  }

  /**
   * Takes a value for a task, to be given back; where it has to be made, unused ones are dropped
   * first.
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

  /** Gives a value back: its task is done. */
  public synchronized void giveBack(V value) {
    entries.values().stream().filter(e -> e.value == value).forEach(e -> e.users--);
    notifyAll();
  }

  /**
   * Ends a task between two steps, where its driver stops or its JVM ends.
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
   * Holds the end of the JVM up until no task computes: destructors of native libraries would take
   * away what it is computing with, and crash the JVM. Where a step takes too long, the JVM ends by
   * the default action of SIGTERM, without destructors.
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
