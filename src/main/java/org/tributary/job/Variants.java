package org.tributary.job;

import java.util.ArrayList;
import java.util.List;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.LocatedConfig;
import org.tributary.config.TrackersSection;
import org.tributary.config.TrainConfig;
import org.tributary.json.Json;
import org.tributary.run.RunSpec;

/**
 * The runs of a comparison, as train configurations.
 *
 * @param config of the comparison
 * @param common text of the train configuration that all share
 */
record Variants(CompareConfig config, String common) {
  /** A variant with a seed, and with another learning rate if one is given. */
  TrainConfig run(String variant, String seed, String rate) {
    return written(variant, seed, "seed=" + seed, rate, List.of()).config();
  }

  /** A variant with a learning rate to try, evaluated on validation rows. */
  TrainConfig trial(String variant, String rate) {
    return written(variant, config.seeds().get(0), "lr=" + rate, rate, tried()).config();
  }

  /** The changes of the configuration for a trial of a rate. */
  private List<String> tried() {
    return config.score().matches("bleu4|rouge_l")
        ? List.of("evaluate.parts=[validation]")
        : List.of("evaluate.parts=[validation]", "evaluate.generate=0");
  }

  /**
   * All runs, the trials of rates before the runs with each seed. A run whose rate is not yet
   * chosen is listed once for each possible rate.
   */
  List<List<TrainConfig>> all() {
    List<List<TrainConfig>> all = new ArrayList<>();
    for (String variant : config.variants().keySet()) {
      List<String> rates = config.rates().getOrDefault(variant, List.of());
      rates.forEach(rate -> all.add(List.of(trial(variant, rate))));
      for (String seed : config.seeds()) {
        all.add(
            rates.isEmpty()
                ? List.of(run(variant, seed, null))
                : rates.stream().map(rate -> run(variant, seed, rate)).toList());
      }
    }
    return all;
  }

  /** A variant as written, with the first seed. */
  LocatedConfig<TrainConfig> written(String variant) {
    String seed = config.seeds().get(0);
    return written(variant, seed, "seed=" + seed, null, List.of());
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
      String variant, String seed, String folder, String rate, List<String> more) {
    List<String> sets = new ArrayList<>(config.common());
    sets.addAll(trackers());
    sets.addAll(config.variants().get(variant));
    if (rate != null) {
      sets.add("client.optimizer.lr=" + rate);
    }
    sets.addAll(more);
    sets.add("seed=" + seed);
    sets.add("out='" + config.out().replace("'", "''") + "/" + variant + "/" + folder + "'");
    return ConfigReader.written(
        config.train() + ", variant " + variant, common, sets, TrainConfig.class, RunSpec.CHOICES);
  }
}
