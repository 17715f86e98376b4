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
import org.tributary.run.RunFolder;
import org.tributary.tables.RunReport;
import org.tributary.tables.SearchesTable;
import org.tributary.tables.SearchesTable.Choice;
import org.tributary.tables.SearchesTable.Trial;
import org.tributary.tables.SearchesTable.Tried;

/**
 * Chooses the learning rate of an arm by the score on validation rows of runs that try rates: by
 * its mean over the seeds of the search. A rate is worst if with one of the seeds a client fails or
 * the score is not finite. The end of a search is written once, to the table {@code searches}; a
 * search that was stopped goes on, because the runs that it made are kept.
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
      for (Row row : SearchesTable.read(store, file)) {
        for (TrainConfig trial : variants.trials(arm, written(grid, row.doubleAt("lr")))) {
          // Only what an interrupted end of the search left: earlier versions kept all weights.
          if (!store.exists(new RunFolder(store.path(trial.out())).result())) {
            removeWeights(trial);
          }
        }
      }
      return written(grid, before.get().doubleAt("lr"));
    }
    Map<String, Double> scores = new LinkedHashMap<>();
    List<Tried> tried = new ArrayList<>();
    for (Optional<String> next = grid.next(scores); next.isPresent(); next = grid.next(scores)) {
      Tried rate = tried(arm, next.get());
      tried.add(rate);
      scores.put(rate.rate(), rate.mean());
    }
    Choice choice = choice(arm, grid, scores);
    SearchesTable.write(store, file, variants.config().score(), tried, choice);
    for (Tried rate : tried) {
      for (Trial trial : rate.trials()) {
        removeWeights(trial.run());
      }
    }
    return choice.rate();
  }

  /** Removes the weights of runs that only tried a rate: there are many, and nobody reads them. */
  private void removeWeights(TrainConfig trial) throws IOException {
    RunFolder folder = new RunFolder(store.path(trial.out()));
    if (store.exists(folder.start())) {
      for (Path weights : folder.weights(trial.rounds())) {
        store.delete(weights);
      }
    }
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

  /** Tries a rate with every seed of the search, also if it fails with the first one. */
  private Tried tried(Arm arm, String rate) throws IOException, InterruptedException {
    List<TrainConfig> runs = variants.trials(arm, rate);
    List<Trial> trials = new ArrayList<>();
    for (TrainConfig run : runs) {
      String name = "%s, lr %s".formatted(arm, rate);
      trials.add(trial(run, runs.size() == 1 ? name : name + ", seed " + run.seed()));
    }
    Tried tried = new Tried(rate, trials);
    if (runs.size() > 1) {
      say.accept("%s, lr %s: %s".formatted(arm, rate, overSeeds(tried)));
    }
    return tried;
  }

  private String overSeeds(Tried tried) {
    String score = variants.config().score();
    int seeds = tried.trials().size();
    return tried.without() > 0
        ? "not to be chosen: with %d of %d seeds a client fails or there is no finite %s"
            .formatted(tried.without(), seeds, score)
        : String.format(
            Locale.ROOT,
            "validation %s %.4f ± %.4f over %d seeds",
            score,
            tried.mean(),
            tried.deviation(),
            seeds);
  }

  private Trial trial(TrainConfig run, String title) throws IOException, InterruptedException {
    String name = variants.config().score();
    try {
      RunReport report = training.train(run);
      double score = report.failed() > 0 ? Double.NaN : report.score("validation", name);
      say.accept(
          String.format(
              Locale.ROOT,
              "%s: validation %s %.4f, %d failed",
              title,
              name,
              score,
              report.failed()));
      return new Trial(run, score, report.failed());
    } catch (QuorumMissed e) {
      say.accept("%s: not to be chosen: %s".formatted(title, e.getMessage()));
      return new Trial(run, Double.NaN, e.failed());
    }
  }
}
