package org.tributary.federation;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.util.AccumulatorContext;
import org.apache.spark.util.AccumulatorV2;
import scala.Option;

/**
 * The progress of a round's clients, sent from tasks to the driver: an accumulator, whose values
 * Spark sends along with its heartbeats. For tasks in its own JVM the driver does not need them.
 */
final class StepProgress extends AccumulatorV2<StepProgress.Step, Map<String, StepProgress.Step>> {
  private static final long serialVersionUID = 1;
  private final Map<String, Step> latest = new TreeMap<>();
  private transient Consumer<Step> listener;

  /**
   * A client's last step.
   *
   * @param client id
   * @param step done, counted from 1
   * @param steps of the round
   * @param loss of that step
   */
  record Step(String client, int step, int steps, double loss) implements java.io.Serializable {}

  /** In the driver: receives at once the steps of tasks that run in this JVM. */
  synchronized void listen(Consumer<Step> steps) {
    listener = steps;
  }

  void done(String client, int step, int steps, double loss) {
    Step done = new Step(client, step, steps, loss);
    add(done);
    // A task has a copy. The driver's own object exists only if the task runs in the driver's JVM.
    Option<AccumulatorV2<?, ?>> drivers = AccumulatorContext.get(id());
    if (drivers.isDefined() && drivers.get() instanceof StepProgress progress) {
      progress.tell(done);
    }
  }

  private synchronized void tell(Step done) {
    if (listener != null) {
      listener.accept(done);
    }
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
