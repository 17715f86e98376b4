package org.tributary.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.SparkConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.Store;
import org.tributary.client.ClientFailure;
import org.tributary.config.CompareConfig;
import org.tributary.config.SearchSection;
import org.tributary.config.TrainConfig;
import org.tributary.planning.RunPlan;
import org.tributary.planning.TimedStep;
import org.tributary.run.Blueprint;
import org.tributary.run.SkippedRows;
import org.tributary.tables.TextTable;

/** What a comparison will do and cost: a row for each arm, its search apart, and the sums. */
final class ComparisonPlan {
  private static final Logger LOG = LoggerFactory.getLogger(ComparisonPlan.class);

  private final Store store;
  private final Variants variants;
  private final boolean timed;
  private final ComparisonTotals totals = new ComparisonTotals();
  private final List<List<String>> rows = new ArrayList<>(List.of(ComparisonTotals.HEAD));
  private final Map<String, TimedStep> steps = new HashMap<>();

  private ComparisonPlan(Store store, Variants variants, boolean timed) {
    this.store = store;
    this.variants = variants;
    this.timed = timed;
  }

  /**
   * The plan as text.
   *
   * @param store reaches model and data
   * @param variants of a comparison that was checked
   * @param timed whether a step of each variant is timed
   * @return lines
   */
  static List<String> lines(Store store, Variants variants, boolean timed) throws IOException {
    ComparisonPlan plan = new ComparisonPlan(store, variants, timed);
    for (Arm arm : variants.arms()) {
      plan.add(arm);
    }
    List<String> lines = new ArrayList<>(TextTable.aligned(plan.rows));
    lines.addAll(plan.totals.lines());
    lines.addAll(plan.notes());
    return lines;
  }

  private void add(Arm arm) throws IOException {
    CompareConfig config = variants.config();
    RateGrid grid = variants.grid(arm);
    TrainConfig run = variants.first(arm);
    if (!grid.first().isEmpty()) {
      List<TrainConfig> trials = variants.trials(arm, grid.first().get(0));
      add(arm, arm + ", search", trials.get(0), grid.most() * trials.size(), totals::addSearch);
    }
    add(arm, arm.toString(), run, config.seeds().size(), totals::add);
  }

  /** Adds the runs of a variant to the totals, as its final runs or as those of its search. */
  @FunctionalInterface
  private interface Adding {
    List<String> add(String variant, RunPlan plan, int count, double each);
  }

  /** Adds runs that differ in seed or learning rate. */
  private void add(Arm arm, String name, TrainConfig run, int runs, Adding to) throws IOException {
    Blueprint blueprint = new Blueprint(store, run);
    RunPlan plan = RunPlan.of(blueprint, SkippedRows.NONE);
    ClusterFit fit = ClusterFit.of(new SparkConf(), run.client().threads());
    TimedStep step = timed ? step(arm, blueprint) : null;
    double seconds = step == null ? -1 : PlanText.seconds(plan, fit, step);
    rows.add(to.add(name, plan, runs, seconds));
  }

  /**
   * A step of a variant takes as long on every set; null if the configured rate diverges at once.
   */
  private TimedStep step(Arm arm, Blueprint blueprint) throws IOException {
    if (!steps.containsKey(arm.variant())) {
      TimedStep step = null;
      try {
        step = Timing.of(store, blueprint, SkippedRows.NONE);
      } catch (ClientFailure e) {
        LOG.warn("{}: no step is timed: {}", arm, e.getMessage());
      }
      steps.put(arm.variant(), step);
    }
    return steps.get(arm.variant());
  }

  private static String each(List<String> seeds) {
    return seeds.size() == 1
        ? ", each with the seed " + seeds.get(0)
        : ", each with %d seeds".formatted(seeds.size());
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (variants.config().budget() != null) {
      notes.add(Budgets.note(variants.config().budget()));
    }
    SearchSection search = variants.config().search();
    if (search != null) {
      notes.add(
          "a search is counted with search.most rates, %d%s; it ends earlier if the best rate is not at the edge"
              .formatted(search.most(), search.seeds().isEmpty() ? "" : each(search.seeds())));
    }
    if (timed) {
      long peak =
          steps.values().stream()
              .filter(Objects::nonNull)
              .mapToLong(TimedStep::peak)
              .max()
              .orElse(0);
      notes.add("peak memory of this JVM while steps were timed: " + PlanText.mb(peak));
      notes.add(
          "time is that of the steps and evaluations if all steps of a variant take as long as a timed one, and clients at once do not slow each other down");
    }
    return notes;
  }
}
