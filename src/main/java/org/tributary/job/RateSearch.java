package org.tributary.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.QuorumMissed;
import org.tributary.rows.Row;
import org.tributary.tables.RunReport;
import org.tributary.tables.SearchesTable;
import org.tributary.tables.SearchesTable.Choice;
import org.tributary.tables.SearchesTable.Trial;

/**
 * Chooses the learning rate of an arm by the score on validation rows of runs that try rates. A
 * rate with which a client failed, or whose score is not finite, is worst. The end of a search is
 * written once, to the table {@code searches}; a search that was stopped goes on, because the runs
 * that it made are kept.
 */
final class RateSearch {
  private final Store store;
  private final Variants variants;
  private final Training training;
  private final Consumer<String> say;

  /** Trains a run, or finds that it has ended. */
  @FunctionalInterface
  interface Training {
    /**
     * Trains.
     *
     * @param run its configuration
     * @return its line
     */
    RunReport train(TrainConfig run) throws IOException, InterruptedException;
  }

  /**
   * A search for the arms of a comparison.
   *
   * @param store reaches the comparison
   * @param variants of the comparison
   * @param training trains the runs that try rates
   * @param say is told of each rate and of the choice
   */
  RateSearch(Store store, Variants variants, Training training, Consumer<String> say) {
    this.store = store;
    this.variants = variants;
    this.training = training;
    this.say = say;
  }

  /**
   * The learning rate of an arm.
   *
   * @return null if none is searched and the configured one is used
   * @throws WrongInput if all clients finish with none of the rates
   */
  String rate(Arm arm) throws IOException, InterruptedException {
    RateGrid grid = variants.grid(arm);
    if (grid.first().isEmpty()) {
      return null;
    }
    Path folder = store.path(variants.config().out());
    Path file = SearchesTable.file(folder, arm.variant(), arm.set());
    Optional<Row> before =
        SearchesTable.read(store, file).stream()
            .filter(row -> Boolean.parseBoolean(row.text("chosen")))
            .findFirst();
    if (before.isPresent()) {
      return written(grid, before.get().doubleAt("lr"));
    }
    Map<String, Double> scores = new LinkedHashMap<>();
    List<Trial> trials = new ArrayList<>();
    for (Optional<String> next = grid.next(scores); next.isPresent(); next = grid.next(scores)) {
      Trial trial = trial(arm, next.get());
      trials.add(trial);
      scores.put(trial.rate(), trial.value());
    }
    Choice choice = choice(arm, grid, scores);
    SearchesTable.write(store, file, variants.config().score(), trials, choice);
    return choice.rate();
  }

  /** A rate as the configurations of the runs have it. */
  private static String written(RateGrid grid, double rate) {
    return grid.possible().stream()
        .filter(text -> Double.parseDouble(text) == rate)
        .findFirst()
        .orElse(Double.toString(rate));
  }

  private Choice choice(Arm arm, RateGrid grid, Map<String, Double> scores) {
    String best =
        grid.best(scores)
            .orElseThrow(
                () ->
                    new WrongInput(
                        "rates.%s: with none of %s all clients of %s finish and have a validation %s; give smaller ones, and another out"
                            .formatted(
                                arm.variant(), scores.keySet(), arm, variants.config().score())));
    String edge = grid.edge(scores).map(end -> end.name().toLowerCase(Locale.ROOT)).orElse(null);
    say.accept(
        "%s: lr %s of %s%s"
            .formatted(
                arm,
                best,
                scores.keySet(),
                edge == null
                    ? ""
                    : ", at the edge of what was tried: it is the %s one".formatted(edge)));
    return new Choice(best, edge);
  }

  private Trial trial(Arm arm, String rate) throws IOException, InterruptedException {
    TrainConfig run = variants.trial(arm, rate);
    String name = variants.config().score();
    try {
      RunReport report = training.train(run);
      double score = report.failed() > 0 ? Double.NaN : report.score("validation", name);
      say.accept(
          String.format(
              Locale.ROOT,
              "%s, lr %s: validation %s %.4f, %d failed",
              arm,
              rate,
              name,
              score,
              report.failed()));
      return new Trial(run, rate, score, report.failed());
    } catch (QuorumMissed e) {
      say.accept("%s, lr %s: not to be chosen: %s".formatted(arm, rate, e.getMessage()));
      return new Trial(run, rate, Double.NaN, e.failed());
    }
  }
}
