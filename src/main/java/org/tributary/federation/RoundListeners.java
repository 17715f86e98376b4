package org.tributary.federation;

import java.util.List;
import org.tributary.evaluation.Evaluation;
import org.tributary.tables.RoundSummary;

/**
 * Several listeners as one; each of them hears everything, in their order.
 *
 * @param listeners that hear
 */
public record RoundListeners(List<RoundListener> listeners) implements RoundListener {
  /** Several listeners as one. */
  public static RoundListener of(RoundListener... listeners) {
    return new RoundListeners(List.of(listeners));
  }

  @Override
  public void resumed(int round) {
    listeners.forEach(each -> each.resumed(round));
  }

  @Override
  public void evaluatedStart(List<Evaluation> evaluations) {
    listeners.forEach(each -> each.evaluatedStart(evaluations));
  }

  @Override
  public void stopped(int round, int best) {
    listeners.forEach(each -> each.stopped(round, best));
  }

  @Override
  public void phase(int round, Phase phase) {
    listeners.forEach(each -> each.phase(round, phase));
  }

  @Override
  public void cohort(int round, List<String> clients) {
    listeners.forEach(each -> each.cohort(round, clients));
  }

  @Override
  public void step(int round, String client, int step, int steps, double loss) {
    listeners.forEach(each -> each.step(round, client, step, steps, loss));
  }

  @Override
  public void closed(RoundSummary summary) {
    listeners.forEach(each -> each.closed(summary));
  }
}
