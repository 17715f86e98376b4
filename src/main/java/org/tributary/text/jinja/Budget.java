package org.tributary.text.jinja;

/**
 * Limits the rendering of a template: the length of the output and of every intermediate text and
 * list, the number of steps, the nesting depth, and the time. Templates come with models from
 * anywhere, and a few lines can use up any machine. One operation is one step, or more steps on
 * long texts and lists.
 */
final class Budget {
  /** The most characters of a template. */
  static final int SOURCE = 1 << 20;

  /** The most characters of a text and the most entries of a list. */
  static final int LENGTH = 1 << 24;

  /** The maximum nesting of statements, brackets and calls. */
  static final int DEPTH = 100;

  /** The most operations in one expression. */
  static final int CHAIN = 1000;

  private static final long STEPS = 2_000_000;
  private static final long SECONDS = 10;
  private static final int CHARS_A_STEP = 64;
  private static final int STEPS_A_LOOK = 4096;

  private final long end = System.nanoTime() + SECONDS * 1_000_000_000L;
  private long steps;
  private long looked;
  private int depth;

  /** Counts a step. */
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
   * Checks a length before the text or list is made.
   *
   * @param length characters or entries
   * @return the same
   */
  int length(long length) {
    if (length > LENGTH || length < 0) {
      throw new JinjaFault(
          "a text or list in it grows beyond %d characters or entries".formatted(LENGTH));
    }
    steps(1 + length / CHARS_A_STEP);
    return (int) length;
  }

  /** Checks the length of a text and returns it. */
  String text(String text) {
    length(text.length());
    return text;
  }

  /** Checks the output so far. */
  void written(StringBuilder out) {
    step();
    if (out.length() > LENGTH) {
      throw new JinjaFault("it writes more than %d characters".formatted(LENGTH));
    }
  }

  /** Enters one nesting level. */
  void enter() {
    step();
    depth++;
    if (depth > DEPTH) {
      throw tooDeep();
    }
  }

  /** Leaves one nesting level. */
  void leave() {
    depth--;
  }

  static JinjaFault tooDeep() {
    return new JinjaFault("it nests deeper than %d levels".formatted(DEPTH));
  }
}
