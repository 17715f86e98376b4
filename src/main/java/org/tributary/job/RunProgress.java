package org.tributary.job;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.tributary.config.TrainConfig;
import org.tributary.evaluation.Evaluation;
import org.tributary.federation.RoundListener;
import org.tributary.tables.RoundSummary;

/**
 * Shows a run's progress: a live bar on a terminal (round, client, step, loss, time left), one line
 * a round elsewhere.
 */
final class RunProgress implements RoundListener, AutoCloseable {
  private final int rounds;
  private final PrintWriter err;
  private final ProgressBar bar;
  private final Map<String, Integer> steps = new TreeMap<>();
  private long stepsBefore;
  private int stepsPerClient;
  private int clients = 1;

  private RunProgress(int rounds, PrintWriter err, ProgressBar bar) {
    this.rounds = rounds;
    this.err = err;
    this.bar = bar;
  }

  /**
   * Progress of a run.
   *
   * @param config of the run
   * @param err where lines go
   * @return to be closed
   */
  static RunProgress of(TrainConfig config, PrintWriter err) {
    boolean terminal = System.console() != null;
    ProgressBar bar =
        terminal
            ? new ProgressBarBuilder()
                .setTaskName(config.framework().name())
                .setInitialMax(-1)
                .setUpdateIntervalMillis(200)
                .setStyle(ProgressBarStyle.ASCII)
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .build()
            : null;
    return new RunProgress(config.rounds(), err, bar);
  }

  @Override
  public synchronized void phase(int round, Phase phase) {
    if (bar != null) {
      bar.setExtraMessage(
          " round %d/%d %s".formatted(round + 1, rounds, phase.name().toLowerCase(Locale.ROOT)));
    }
  }

  @Override
  public synchronized void cohort(int round, List<String> drawn) {
    clients = drawn.size();
    stepsBefore = (long) round * clients * stepsPerClient;
  }

  @Override
  public synchronized void step(int round, String client, int step, int of, double loss) {
    if (bar == null) {
      return;
    }
    steps.merge(client, step, Math::max);
    stepsPerClient = Math.max(stepsPerClient, of);
    bar.maxHint((long) rounds * stepsPerClient * clients);
    bar.stepTo(stepsBefore + steps.values().stream().mapToInt(Integer::intValue).sum());
    bar.setExtraMessage(
        String.format(
            Locale.ROOT,
            " round %d/%d %s %d/%d loss %.4f",
            round + 1,
            rounds,
            client,
            step,
            of,
            loss));
  }

  @Override
  public synchronized void closed(RoundSummary s) {
    stepsBefore = (s.round() + 1L) * clients * stepsPerClient;
    if (bar != null) {
      bar.stepTo(stepsBefore);
    }
    steps.clear();
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "round %d/%d: %d of %d clients, loss %.4f",
            s.round() + 1,
            rounds,
            s.accepted().size(),
            s.cohort().size(),
            s.loss()));
    for (Evaluation e : s.evaluations()) {
      line.append(", ").append(e.part()).append(e.client() == null ? "" : " of " + e.client());
      e.scores()
          .forEach(
              (name, score) -> line.append(String.format(Locale.ROOT, " %s %.4f", name, score)));
    }
    line.append(
        String.format(
            Locale.ROOT,
            "; train %.1f s, merge %.1f s, evaluate %.1f s",
            s.secondsTrain(),
            s.secondsMerge(),
            s.secondsEvaluate()));
    if (bar == null) {
      err.println(line);
      err.flush();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
