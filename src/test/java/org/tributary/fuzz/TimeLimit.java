package org.tributary.fuzz;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * How long an input may take: ten seconds, on a machine that has time for it. Where others take the
 * machine, the seconds count once half as many of a processor were had; a minute is always over.
 */
final class TimeLimit {
  private static final Duration WALL = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final Supplier<Duration> cpu;
  private volatile Begin begin;

  private record Begin(long nanos, Duration cpu) {}

  /** Begins now, with the processor's time that a process has had so far. */
  TimeLimit(Supplier<Duration> cpu) {
    this.cpu = cpu;
    begin();
  }

  /** Begins anew, for the next input. */
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
