package org.tributary.job;

import java.io.IOException;
import java.util.List;
import org.tributary.checkpoint.Store;
import org.tributary.config.TrainConfig;
import org.tributary.evaluation.Evaluation;
import org.tributary.federation.RoundListener;
import org.tributary.tables.RoundSummary;
import org.tributary.tracking.Ending;
import org.tributary.tracking.Tracking;

/** Tells the trackers of a run, such as TensorBoard's files, of its rounds and of its end. */
final class LiveTracking implements RoundListener, AutoCloseable {
  private final Tracking tracking;
  private Ending ending = Ending.FAILED;

  private LiveTracking(Tracking tracking) {
    this.tracking = tracking;
  }

  /** The trackers that a run's configuration asks for. */
  static LiveTracking of(Store store, TrainConfig config) throws IOException {
    return new LiveTracking(Tracking.of(store, config));
  }

  /** A run. */
  @FunctionalInterface
  interface Run<T> {
    /**
     * Trains.
     *
     * @return its result
     */
    T train() throws IOException, InterruptedException;
  }

  /**
   * Trains, and remembers how it ended.
   *
   * @param run that tells this listener of its rounds
   * @return its result
   */
  <T> T follow(Run<T> run) throws IOException, InterruptedException {
    try {
      T result = run.train();
      ending = Ending.FINISHED;
      return result;
    } catch (InterruptedException e) {
      ending = Ending.KILLED;
      throw e;
    }
  }

  @Override
  public void resumed(int round) {
    tracking.update();
  }

  @Override
  public void evaluatedStart(List<Evaluation> evaluations) {
    tracking.update();
  }

  @Override
  public void phase(int round, Phase phase) {
    if (phase == Phase.STARTED) {
      tracking.update();
    }
  }

  @Override
  public void closed(RoundSummary summary) {
    tracking.update();
  }

  /** Waits for the trackers, for a limited time. */
  @Override
  public void close() {
    tracking.end(ending);
  }
}
