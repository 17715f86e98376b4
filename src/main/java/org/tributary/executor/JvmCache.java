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
 * The benches of a JVM, by what they are made for: those that are in use and the last one that was,
 * so that the next task finds it ready. Its instances are static and mutable, as {@link
 * org.tributary.run.Blueprints} is, and nothing else.
 *
 * @param <B> a kind of bench
 */
public final class JvmCache<B> {
  /** Makes a bench where there is none. */
  public interface Maker<B> {
    B make() throws IOException;
  }

  private static final class Place<B> {
    private final B bench;
    private int users;

    Place(B bench) {
      this.bench = bench;
    }
  }

  /** What a step of a large model may take. */
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(20);

  private final Consumer<B> drop;
  private final Map<String, Place<B>> places = new HashMap<>();
  private Thread guard;
  private volatile boolean ending;

  /**
   * None yet.
   *
   * @param drop closes what a bench that nobody uses has opened
   */
  public JvmCache(Consumer<B> drop) {
    this.drop = drop;
  }

  /** Takes a place at a bench, to be given back; one that must be made takes that of the unused. */
  public synchronized B take(String key, Maker<B> maker) throws IOException {
    if (guard == null) {
      guard = new Thread(this::awaitUnused, "tributary-benches");
      Runtime.getRuntime().addShutdownHook(guard);
    }
    Place<B> place = places.get(key);
    if (place == null) {
      clear();
      place = new Place<>(maker.make());
      places.put(key, place);
    }
    place.users++;
    return place.bench;
  }

  /** Gives a place back. */
  public synchronized void giveBack(B bench) {
    places.values().stream().filter(p -> p.bench == bench).forEach(p -> p.users--);
    notifyAll();
  }

  /**
   * A place where a task can end: between two steps.
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
      while (places.values().stream().anyMatch(p -> p.users > 0)) {
        if (System.nanoTime() > end) {
          DefaultAction.take(new Signal("TERM"));
        }
        wait(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Drops every bench that nobody uses. */
  public synchronized void clear() {
    places
        .values()
        .removeIf(
            place -> {
              if (place.users > 0) {
                return false;
              }
              drop.accept(place.bench);
              return true;
            });
  }
}
