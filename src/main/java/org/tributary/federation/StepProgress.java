package org.tributary.federation;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.util.AccumulatorV2;

/**
 * How far the clients of a round are, on its way from tasks to the driver: an accumulator, whose
 * values Spark sends along with its heartbeats.
 */
final class StepProgress extends AccumulatorV2<StepProgress.Step, Map<String, StepProgress.Step>> {
  private static final long serialVersionUID = 1;
  private final Map<String, Step> latest = new TreeMap<>();

  /**
   * A client's last step.
   *
   * @param client id
   * @param step done, counted from 1
   * @param steps of the round
   * @param loss of that step
   */
  record Step(String client, int step, int steps, double loss) implements java.io.Serializable {}

  void done(String client, int step, int steps, double loss) {
    add(new Step(client, step, steps, loss));
  }

  @Override
  public synchronized boolean isZero() {
    return latest.isEmpty();
  }

  @Override
  public synchronized StepProgress copy() {
    StepProgress copy = new StepProgress();
    copy.latest.putAll(latest);
    return copy;
  }

  @Override
  public synchronized void reset() {
    latest.clear();
  }

  @Override
  public synchronized void add(Step step) {
    latest.merge(step.client(), step, (a, b) -> a.step() >= b.step() ? a : b);
  }

  @Override
  public void merge(AccumulatorV2<Step, Map<String, Step>> other) {
    other.value().values().forEach(this::add);
  }

  @Override
  public synchronized Map<String, Step> value() {
    return new TreeMap<>(latest);
  }
}
