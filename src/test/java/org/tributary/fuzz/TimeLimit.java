package org.tributary.fuzz;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * How long an input may take: ten seconds on a machine with a free processor. On a busy machine,
 * the seconds count only once the process has used half as many seconds of processor time; a minute
 * is always too long.
 */
final class TimeLimit {
  private static final Duration WALL = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final Supplier<Duration> cpu;
  private volatile Begin begin;

  private record Begin(long nanos, Duration cpu) {}

  /** Starts now, with the processor time that a process has used so far. */
  TimeLimit(Supplier<Duration> cpu) {
    this.cpu = cpu;
    begin();
  }

  /** Restarts, for the next input. */
  void begin() {
    begin = new Begin(System.nanoTime(), cpu.get());
  }

  boolean isOver() {
    Begin since = begin;
    Duration wall = Duration.ofNanos(System.nanoTime() - since.nanos);
    Duration used = cpu.get().minus(since.cpu);
    return wall.compareTo(LONGEST) >= 0
        || wall.compareTo(WALL) >= 0 && used.compareTo(WALL.dividedBy(2)) >= 0;
  }
}
