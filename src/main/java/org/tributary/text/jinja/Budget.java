package org.tributary.text.jinja;

/**
 * What filling in a template may take: its output and every text and list on the way, its steps,
 * how deep it nests, and its time. Templates come with models from anywhere, and a few lines can
 * ask for more than any machine has. A step is one operation; on long texts and lists it is more.
 */
final class Budget {
  /** Characters of a template. */
  static final int SOURCE = 1 << 20;

  /** Characters of a text, and entries of a list. */
  static final int LENGTH = 1 << 24;

  /** How deep statements, brackets and calls may lie in each other. */
  static final int DEPTH = 100;

  /** Operations in one expression. */
  static final int CHAIN = 1000;

  private static final long STEPS = 2_000_000;
  private static final long SECONDS = 10;
  private static final int CHARS_A_STEP = 64;
  private static final int STEPS_A_LOOK = 4096;

  private final long end = System.nanoTime() + SECONDS * 1_000_000_000L;
  private long steps;
  private long looked;
  private int depth;

  /** Takes a step. */
  void step() {
    steps(1);
  }

  private void steps(long more) {
    steps += more;
    if (steps > STEPS) {
      throw new JinjaFault("it takes more than %d steps".formatted(STEPS));
    }
    if (steps - looked > STEPS_A_LOOK) {
      looked = steps;
      if (System.nanoTime() - end > 0) {
        throw new JinjaFault("it takes more than %d seconds".formatted(SECONDS));
      }
    }
  }

  /**
   * Allows a length before the text or list is made.
   *
   * @param length characters or entries
   * @return the same
   */
  int length(long length) {
    if (length > LENGTH || length < 0) {
      throw new JinjaFault(
          "a text or list of it grows beyond %d characters or entries".formatted(LENGTH));
    }
    steps(1 + length / CHARS_A_STEP);
    return (int) length;
  }

  /** A text of an allowed length. */
  String text(String text) {
    length(text.length());
    return text;
  }

  /** Looks at what was written so far. */
  void written(StringBuilder out) {
    step();
    if (out.length() > LENGTH) {
      throw new JinjaFault("it writes more than %d characters".formatted(LENGTH));
    }
  }

  /** Goes one level deeper. */
  void enter() {
    step();
    depth++;
    if (depth > DEPTH) {
      throw tooDeep();
    }
  }

  /** Comes back. */
  void leave() {
    depth--;
  }

  static JinjaFault tooDeep() {
    return new JinjaFault("it nests deeper than %d levels".formatted(DEPTH));
  }
}
