package org.tributary.tracking;

import java.io.IOException;

/**
 * A program that shows runs. It is told that a run has new rounds, and finds out itself what it
 * lacks, so that nothing is shown twice or lost, whenever a driver was stopped.
 */
interface Tracker {
  /** What it is, for messages: its key and where it is. */
  String name();

  /**
   * Gives it what it lacks.
   *
   * @param run its rounds so far
   * @throws IOException if it cannot be reached; the next call tries again
   */
  void sync(TrackedRun run) throws IOException;

  /**
   * Says how the driver's work on the run ended, after the last {@link #sync}.
   *
   * @param run that ended
   * @param ending how
   * @throws IOException if it cannot be reached
   */
  default void end(TrackedRun run, Ending ending) throws IOException {}
}
