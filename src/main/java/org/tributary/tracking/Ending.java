package org.tributary.tracking;

/** How a driver's work on a run ended. */
public enum Ending {
  /** All rounds are done, or it stopped early as configured. */
  FINISHED,
  /** It failed; it may be resumed. */
  FAILED,
  /** Somebody stopped it; it may be resumed. */
  KILLED
}
