package org.tributary.text.jinja;

/** Leaves an iteration of a loop, or the loop. */
final class LoopControl extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Ends the loop. */
  static final LoopControl BREAK = new LoopControl();

  /** Ends the iteration. */
  static final LoopControl CONTINUE = new LoopControl();

  private LoopControl() {
    super(null, null, false, false);
  }
}
