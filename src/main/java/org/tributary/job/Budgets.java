package org.tributary.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.tributary.checkpoint.Store;
import org.tributary.config.BudgetSection;
import org.tributary.config.CompareConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.planning.Affordable;
import org.tributary.rows.Row;
import org.tributary.run.Blueprint;
import org.tributary.run.SkippedRows;
import org.tributary.tables.BudgetsTable;

/**
 * The rounds that a comparison's budget allows each arm: the most that it can spend. They are
 * written at the first start and do not change after it, because a timed step does.
 */
final class Budgets {
  private final Store store;
  private final Variants variants;
  private final BudgetSection budget;
  private final Map<Arm, Object[]> rows = new LinkedHashMap<>();
  private final Map<Arm, Integer> rounds = new LinkedHashMap<>();

  private Budgets(Store store, Variants variants) {
    this.store = store;
    this.variants = variants;
    budget = variants.config().budget();
  }

  /**
   * Reads the rounds of a comparison that has begun, or counts them.
   *
   * @param store reaches model, data and the comparison's folder
   * @param variants of the comparison
   * @return the rounds of every arm; none without a budget
   * @throws WrongInput if the budget does not allow every arm a round
   * @throws IOException if a file system fails
   */
  static Budgets of(Store store, Variants variants) throws IOException {
    Budgets budgets = new Budgets(store, variants);
    if (budgets.budget != null) {
      budgets.count();
    }
    return budgets;
  }

  /** What a budget means for the rounds of the runs. */
  static String note(BudgetSection budget) {
    return "rounds are the most that %s %s of each run allow"
        .formatted(amount(budget, budget.amount()), budget.kind());
  }

  /** The comparison with the rounds of its arms. */
  Variants variants() {
    return variants.withRounds(rounds);
  }

  /** Writes the rounds that are new. */
  void commit() throws IOException {
    for (Map.Entry<Arm, Object[]> row : rows.entrySet()) {
      BudgetsTable.write(store, file(row.getKey()), row.getValue());
    }
  }

  private Path file(Arm arm) throws IOException {
    return BudgetsTable.file(store.path(variants.config().out()), arm.variant(), arm.set());
  }

  private void count() throws IOException {
    List<String> problems = new ArrayList<>();
    for (Arm arm : variants.arms()) {
      Optional<Row> before = BudgetsTable.read(store, file(arm));
      if (before.isPresent()) {
        rounds.put(arm, (int) before.get().longAt("rounds"));
        continue;
      }
      try {
        double needed = count(arm);
        if (needed > 0) {
          problems.add(
              "budget.%s: %s is less than a round of %s needs, %s; give more, or remove the variant"
                  .formatted(budget.kind(), amount(budget.amount()), arm, amount(needed)));
        }
      } catch (WrongInput e) {
        problems.add(arm + ": " + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all("The comparison cannot begin:", problems);
    }
  }

  /**
   * Counts the rounds of an arm.
   *
   * @return what the first round needs if the budget does not allow it; else 0
   */
  private double count(Arm arm) throws IOException {
    TrainConfig first = variants.first(arm);
    int slots = ClusterFit.of(new SparkConf(), first.client().threads()).slots();
    Double step =
        budget.seconds() == null
            ? null
            : Timing.of(store, new Blueprint(store, first), SkippedRows.NONE).step();
    ToDoubleFunction<Affordable> cost =
        spent ->
            budget.steps() != null
                ? spent.steps()
                : budget.bytes() != null ? spent.bytes() : spent.stepsInTurn() * step;
    Affordable least = null;
    for (TrainConfig run : seeds(arm, first)) {
      Blueprint blueprint = new Blueprint(store, run);
      Optional<Affordable> most = Affordable.within(blueprint, slots, cost, budget.amount());
      if (most.isEmpty()) {
        put(arm, first, new Affordable(first.rounds(), 0, 0, 0), false, step);
        return 0;
      }
      if (most.get().rounds() == 0) {
        return cost.applyAsDouble(Affordable.first(blueprint, slots));
      }
      least = least == null || most.get().rounds() < least.rounds() ? most.get() : least;
    }
    if (least.rounds() == Affordable.MOST_ROUNDS) {
      throw new WrongInput(
          "budget.%s: %s allows %s more than %,d rounds; lower it"
              .formatted(budget.kind(), amount(budget.amount()), arm, Affordable.MOST_ROUNDS));
    }
    put(arm, first, least, true, step);
    return 0;
  }

  /** One run of each seed whose cohorts may differ; their rounds must be the same. */
  private List<TrainConfig> seeds(Arm arm, TrainConfig first) {
    return first.cohort().fraction() == 1
        ? List.of(first)
        : variants.config().seeds().stream().map(s -> variants.run(arm, s, null)).toList();
  }

  private void put(Arm arm, TrainConfig run, Affordable spent, boolean bound, Double step) {
    rounds.put(arm, spent.rounds());
    rows.put(
        arm,
        new Object[] {
          CompareConfig.partitionName(run.data().path()),
          arm.variant(),
          budget.kind(),
          budget.amount(),
          spent.rounds(),
          bound,
          bound ? spent.steps() : null,
          bound ? spent.bytes() : null,
          step
        });
  }

  private String amount(double amount) {
    return amount(budget, amount);
  }

  private static String amount(BudgetSection budget, double amount) {
    return budget.seconds() != null
        ? String.format(Locale.ROOT, "%.3f", amount)
        : String.format(Locale.ROOT, "%,d", Math.round(amount));
  }
}
