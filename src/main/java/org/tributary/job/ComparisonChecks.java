package org.tributary.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.tributary.checkpoint.Store;
import org.tributary.config.CompareConfig;
import org.tributary.config.FrameworkSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.RunChecks;
import org.tributary.model.Architecture;
import org.tributary.run.Blueprint;
import org.tributary.run.TaskKeys;

/** The checks of a comparison before its first run begins. */
final class ComparisonChecks {
  private ComparisonChecks() {}

  /**
   * The rounds that the budget gives each arm. They can be counted only for runs that can begin,
   * and those of a comparison that has begun are known.
   *
   * @param hadoop has the file systems
   * @param variants of the comparison, with the configured rounds
   * @return no rounds without a budget
   * @throws WrongInput if a run cannot begin, or the budget does not allow every arm a round
   */
  static Budgets withRounds(Configuration hadoop, Variants variants) throws IOException {
    Store store = Store.of(hadoop);
    CompareFolder.check(store, variants.config(), variants.common());
    if (variants.config().budget() != null) {
      for (Arm arm : variants.arms()) {
        PathChecks.check(variants.first(arm), hadoop);
      }
    }
    return Budgets.of(store, variants);
  }

  /**
   * Checks that every run can begin, before the first one begins.
   *
   * @param hadoop has the file systems
   * @param variants of the comparison
   * @param checks of its runs; what they share is checked once
   * @param values whether the values of weights are checked, too
   * @throws WrongInput naming every problem
   */
  static void check(Configuration hadoop, Variants variants, RunChecks checks, boolean values)
      throws IOException {
    CompareFolder.check(Store.of(hadoop), variants.config(), variants.common());
    List<String> problems = new ArrayList<>();
    Architecture architecture = null;
    for (List<TrainConfig> each : variants.all()) {
      TrainConfig run = each.get(0);
      PathChecks.check(run, hadoop);
      try {
        Blueprint blueprint = checks.look(each);
        architecture = blueprint.architecture();
        if (values) {
          checks.values(blueprint);
        }
        checkRows(run, blueprint, variants.config(), problems);
      } catch (WrongInput e) {
        problems.add(run.out() + ": " + e.getMessage());
      }
    }
    if (architecture != null) {
      checkRead(variants, architecture, problems);
    }
    checkStarts(Store.of(hadoop), variants, problems);
    if (!problems.isEmpty()) {
      throw WrongInput.all("The comparison cannot begin:", problems);
    }
  }

  /** Every evaluated part of the rows must have some. */
  private static void checkRows(
      TrainConfig run, Blueprint blueprint, CompareConfig config, List<String> problems) {
    for (String part : run.evaluate().parts()) {
      if (blueprint.data().evaluationRows(part) == 0) {
        problems.add(
            "%s: %s has no %s rows; partition again under another name, with the share %s or with source.%s%s"
                .formatted(
                    run.out(),
                    run.data().path(),
                    part,
                    part,
                    part,
                    !part.equals("validation")
                        ? ""
                        : config.search() != null
                            ? ", or remove search"
                            : config.rates().isEmpty() ? "" : ", or remove rates"));
      }
    }
  }

  /**
   * Keys that a variant's task does not read, only of the runs: trials of rates set further keys.
   */
  private static void checkRead(
      Variants variants, Architecture architecture, List<String> problems) {
    for (String variant : variants.config().variants().keySet()) {
      try {
        TaskKeys.check(variants.written(variant), architecture);
      } catch (WrongInput e) {
        problems.add(e.getMessage());
      }
    }
  }

  /** Adapters with another start may have an advantage. */
  private static void checkStarts(Store store, Variants variants, List<String> problems)
      throws IOException {
    Map<String, List<String>> variantsByStart = new TreeMap<>();
    for (String variant : variants.config().variants().keySet()) {
      FrameworkSection.Lora lora =
          variants.first(new Arm(variants.arms().get(0).partition(), variant)).framework().lora();
      if (lora != null) {
        String start = lora.start() == null ? "none" : store.path(lora.start()).toString();
        variantsByStart.computeIfAbsent(start, s -> new ArrayList<>()).add(variant);
      }
    }
    if (variantsByStart.size() > 1) {
      problems.add(
          "framework.lora.start: unequal, by variant: %s; give all variants with adapters the same"
              .formatted(variantsByStart));
    }
  }
}
