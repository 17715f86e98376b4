package org.tributary.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tributary.config.CompareConfig;
import org.tributary.tables.RunReport;

/** What makes a comparison less fair. */
final class ComparisonNotes {
  private ComparisonNotes() {}

  /** A warning if learning rates are chosen for some variants only. */
  static List<String> rates(CompareConfig config) {
    List<String> tuned = new ArrayList<>();
    List<String> given = new ArrayList<>();
    for (String variant : config.variants().keySet()) {
      int rates = config.rates().getOrDefault(variant, List.of()).size();
      (rates > 1 || config.search() != null ? tuned : given).add(variant);
    }
    return tuned.isEmpty() || given.isEmpty()
        ? List.of()
        : List.of(
            "note: learning rates were chosen for %s, but not for %s, which may be better with others; give rates for all or none"
                .formatted(String.join(", ", tuned), String.join(", ", given)));
  }

  /**
   * The steps of the variants on each partitioned set, if they are not equal and no budget of
   * another kind is.
   */
  static List<String> budgets(CompareConfig config, Map<Arm, List<RunReport>> reports) {
    if (config.budget() != null && config.budget().steps() == null) {
      return List.of();
    }
    Map<String, Map<Arm, Set<Long>>> steps = new LinkedHashMap<>();
    reports.forEach(
        (arm, runs) -> {
          Set<Long> ofArm = new TreeSet<>();
          runs.forEach(run -> ofArm.add(run.steps()));
          steps.computeIfAbsent(arm.partition(), p -> new LinkedHashMap<>()).put(arm, ofArm);
        });
    List<String> notes = new ArrayList<>();
    for (Map<Arm, Set<Long>> ofSet : steps.values()) {
      if (ofSet.values().stream().flatMap(Set::stream).distinct().count() > 1) {
        List<String> each = new ArrayList<>();
        ofSet.forEach((arm, s) -> each.add(arm + " " + s.toString().replaceAll("[\\[\\]]", "")));
        notes.add(
            "note: budgets differ; steps of all clients over all rounds: "
                + String.join("; ", each));
      }
    }
    return notes;
  }
}
