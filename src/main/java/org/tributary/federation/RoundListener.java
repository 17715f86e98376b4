package org.tributary.federation;

import java.util.List;
import org.tributary.evaluation.Evaluation;
import org.tributary.tables.RoundSummary;

/** Receives, in the driver, a run's progress: for progress bars, monitoring and tests. */
public interface RoundListener {
  /** Ignores all events. */
  RoundListener NONE = new RoundListener() {};

  /** The phases of a round, in order. */
  enum Phase {
    /** The cohort is drawn. */
    STARTED,
    /** Every client of the cohort has sent its update or failed. */
    TRAINED,
    /** The choice of attempts is written. */
    ACCEPTED,
    /** The merge is written. */
    MERGED,
    /** The merge is evaluated. */
    EVALUATED,
    /** The tables have the round's rows. */
    TABLED,
    /** The round is closed. */
    CLOSED
  }

  /**
   * The run has closed rounds of an earlier driver.
   *
   * @param round the first one that is not closed, counted from 0; the number of rounds if all are
   */
  default void resumed(int round) {}

  /**
   * The model is evaluated before training.
   *
   * @param evaluations at least one if there are rows
   */
  default void evaluatedStart(List<Evaluation> evaluations) {}

  /**
   * The run ends early, because its validation loss no longer decreases.
   *
   * @param round the last one, counted from 0
   * @param best the round with the lowest validation loss
   */
  default void stopped(int round, int best) {}

  /**
   * A round is in a new phase. A phase is also reported if its work was done before a restart.
   *
   * @param round counted from 0
   * @param phase now reached
   */
  default void phase(int round, Phase phase) {}

  /**
   * A round's clients are drawn.
   *
   * @param round counted from 0
   * @param clients ids
   */
  default void cohort(int round, List<String> clients) {}

  /**
   * A client's training makes progress. Called with a delay, for running tasks only.
   *
   * @param round counted from 0
   * @param client id
   * @param step steps done
   * @param steps of the round
   * @param loss of the last step
   */
  default void step(int round, String client, int step, int steps, double loss) {}

  /**
   * A round is closed.
   *
   * @param summary its measurements
   */
  default void closed(RoundSummary summary) {}
}
