package org.tributary.job;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.LocatedConfig;
import org.tributary.config.SearchSection;
import org.tributary.config.TrackersSection;
import org.tributary.config.TrainConfig;
import org.tributary.json.Json;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.RunSpec;

/**
 * The runs of a comparison, as train configurations.
 *
 * @param config of the comparison
 * @param common text of the train configuration that all share
 * @param rounds of the arms to which a budget gives other rounds than the configured ones
 */
record Variants(CompareConfig config, String common, Map<Arm, Integer> rounds) {
  /** Runs with the configured rounds. */
  Variants(CompareConfig config, String common) {
    this(config, common, Map.of());
  }

  /** The same runs with other rounds. */
  Variants withRounds(Map<Arm, Integer> other) {
    return new Variants(config, common, other);
  }

  /** Every variant on every partitioned set, one set after another. */
  List<Arm> arms() {
    List<String> partitions =
        config.partitions().isEmpty() ? Arrays.asList((String) null) : config.partitions();
    List<Arm> arms = new ArrayList<>();
    for (String partition : partitions) {
      config.variants().keySet().forEach(variant -> arms.add(new Arm(partition, variant)));
    }
    return arms;
  }

  /** An arm with a seed, and with another learning rate if one is given. */
  TrainConfig run(Arm arm, String seed, String rate) {
    return written(arm, seed, ComparisonFolder.seed(seed), rate, List.of()).config();
  }

  /** An arm with the first seed and the configured rate. */
  TrainConfig first(Arm arm) {
    return run(arm, config.seeds().get(0), null);
  }

  /**
   * An arm with a learning rate to try, with each seed of the search, evaluated on validation rows.
   * The runs write no answers, unless these choose the rate.
   */
  List<TrainConfig> trials(Arm arm, String rate) {
    SearchSection search = config.search();
    if (search != null && !search.seeds().isEmpty()) {
      return search.seeds().stream()
          .map(seed -> trial(arm, rate, seed, ComparisonFolder.trial(rate, seed)))
          .toList();
    }
    String seed =
        search == null || search.seed() == null ? config.seeds().get(0) : "" + search.seed();
    return List.of(trial(arm, rate, seed, ComparisonFolder.trial(rate)));
  }

  private TrainConfig trial(Arm arm, String rate, String seed, String folder) {
    TrainConfig trial = validated(arm, rate, seed, folder);
    return config.score().matches("bleu4|rouge_l") ? trial : trial.withoutAnswers();
  }

  private TrainConfig validated(Arm arm, String rate, String seed, String folder) {
    SearchSection search = config.search();
    List<String> changes = new ArrayList<>(List.of("evaluate.parts=[validation]"));
    if (search != null && search.rounds() != null) {
      changes.add("rounds=" + search.rounds());
    }
    TrainConfig trial = written(arm, seed, folder, rate, changes).config();
    if (search == null || trial.validates()) {
      return trial;
    }
    // Only the last evaluation counts, unless the rounds' losses decide something.
    changes.addAll(List.of("evaluate.start=false", "evaluate.every=" + trial.rounds()));
    return written(arm, seed, folder, rate, changes).config();
  }

  /** The learning rates of an arm's search. */
  RateGrid grid(Arm arm) {
    return RateGrid.of(config, arm.variant(), first(arm).client().optimizer().lr());
  }

  /**
   * All runs, those that try a rate of the first grid before those with each seed. A run whose rate
   * is not yet chosen is listed once for each possible rate.
   */
  List<List<TrainConfig>> all() {
    List<List<TrainConfig>> all = new ArrayList<>();
    for (Arm arm : arms()) {
      RateGrid grid = grid(arm);
      for (String rate : grid.first()) {
        trials(arm, rate).forEach(trial -> all.add(List.of(trial)));
      }
      List<String> rates = grid.possible();
      for (String seed : config.seeds()) {
        all.add(
            rates.isEmpty()
                ? List.of(run(arm, seed, null))
                : rates.stream().map(rate -> run(arm, seed, rate)).toList());
      }
    }
    return all;
  }

  /** A variant as written, with the first seed. */
  LocatedConfig<TrainConfig> written(String variant) {
    String seed = config.seeds().get(0);
    Arm arm = new Arm(arms().get(0).partition(), variant);
    return written(arm, seed, ComparisonFolder.seed(seed), null, List.of());
  }

  /** The trackers of the comparison, if it has its own: they may change when it is resumed. */
  private List<String> trackers() {
    TrackersSection trackers = config.trackers();
    if (trackers == null) {
      return List.of();
    }
    TrackersSection.Mlflow mlflow = trackers.mlflow();
    return List.of(
        "trackers.tensorboard=" + trackers.tensorboard(),
        "trackers.mlflow=" + (mlflow == null ? "none" : Json.text(EffectiveConfig.keys(mlflow))));
  }

  private LocatedConfig<TrainConfig> written(
      Arm arm, String seed, String folder, String rate, List<String> more) {
    List<String> sets = new ArrayList<>(config.common());
    sets.addAll(trackers());
    sets.addAll(config.variants().get(arm.variant()));
    if (arm.partition() != null) {
      sets.add("data.path=" + quoted(arm.partition()));
    }
    if (rate != null) {
      sets.add("client.optimizer.lr=" + rate);
    }
    if (rounds.containsKey(arm)) {
      sets.add("rounds=" + rounds.get(arm));
    }
    sets.addAll(more);
    sets.add("seed=" + seed);
    sets.add("out=" + quoted(config.out() + "/" + arm.folder() + "/" + folder));
    return ConfigReader.written(
        config.train() + ", variant " + arm.variant(),
        common,
        sets,
        TrainConfig.class,
        RunSpec.CHOICES);
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
