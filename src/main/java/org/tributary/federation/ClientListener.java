package org.tributary.federation;

/**
 * Receives, inside an executor, the events of a client's task. A class with a public constructor
 * without arguments that is named by the Spark property {@value #PROPERTY} is called; for
 * monitoring, and for tests that disturb a run at a chosen moment.
 */
public interface ClientListener {
  /** The Spark property that names the class. */
  String PROPERTY = "spark.tributary.clientListener";

  /** Where a task is. */
  enum Moment {
    /** A step of training is done. */
    STEP,
    /** The client's state is written under a temporary name, and not committed. */
    STATE_WRITTEN,
    /** The update is written under a temporary name, and not committed. */
    UPDATE_WRITTEN,
    /** The update is committed. */
    COMMITTED
  }

  /**
   * Receives an event of a client.
   *
   * @param moment the kind of event
   * @param client id
   * @param round counted from 0
   * @param step of the training, counted from 1; the last one after training
   */
  void on(Moment moment, String client, int round, int step);
}
