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
 * Shows a run's progress. On a terminal: a live bar with round, phase, client, step, loss and the
 * time left, and above it one line for each round with its scores. Elsewhere: the lines alone.
 */
final class RunProgress implements RoundListener, AutoCloseable {
  /** Puts the cursor at the start of the bar's line and clears it. */
  private static final String CLEAR = "\r\u001b[K";

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
   * @return to be closed before anything else is printed
   */
  static RunProgress of(TrainConfig config, PrintWriter err) {
    if (!Terminal.isStderr()) {
      return new RunProgress(config.rounds(), err, null);
    }
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(config.framework().name())
            .setInitialMax(-1)
            .setUpdateIntervalMillis(200)
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new ConsoleProgressBarConsumer(System.err))
            .build();
    bar.setExtraMessage(" loading");
    return new RunProgress(config.rounds(), err, bar);
  }

  @Override
  public synchronized void resumed(int round) {
    line(
        round < rounds
            ? "resuming at round %d of %d".formatted(round + 1, rounds)
            : "all %d rounds are done".formatted(rounds));
  }

  @Override
  public synchronized void evaluatedStart(List<Evaluation> evaluations) {
    line("before training" + RoundLine.scores(evaluations));
  }

  @Override
  public synchronized void stopped(int round, int best) {
    line(
        "stopped after round %d of %d: the validation loss was lowest in round %d (evaluate.patience)"
            .formatted(round + 1, rounds, best + 1));
  }

  @Override
  public synchronized void phase(int round, Phase phase) {
    show(round, RoundLine.now(phase));
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
    show(round, String.format(Locale.ROOT, "training %s %d/%d loss %.4f", client, step, of, loss));
  }

  @Override
  public synchronized void closed(RoundSummary s) {
    stepsBefore = (s.round() + 1L) * clients * stepsPerClient;
    if (bar != null) {
      bar.stepTo(stepsBefore);
    }
    steps.clear();
    line(RoundLine.of(s, rounds));
  }

  private void show(int round, String what) {
    if (bar != null) {
      bar.setExtraMessage(" round %d/%d %s".formatted(round + 1, rounds, what));
    }
  }

  /** Prints a line, above the bar if there is one. */
  private void line(String line) {
    err.println(bar == null ? line : CLEAR + line);
    err.flush();
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
