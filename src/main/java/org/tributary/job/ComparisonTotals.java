package org.tributary.job;

import java.util.List;
import java.util.Locale;
import org.tributary.planning.RunPlan;

/** The plan of a comparison: a row for each variant, and the sums over all of its runs. */
final class ComparisonTotals {
  static final List<String> HEAD =
      List.of(
          "variant",
          "framework",
          "runs",
          "rounds",
          "steps/run",
          "trainable",
          "MB up/client",
          "MB down/client",
          "MB in all",
          "MB native/client",
          "MB disk/run",
          "time");

  private long runs;
  private long steps;
  private long bytes;
  private long disk;
  private long searching;
  private double seconds;

  /**
   * Adds the runs of a variant.
   *
   * @param variant its name
   * @param plan of one run
   * @param count runs with every seed
   * @param each seconds of one run; negative if unknown
   * @return its row
   */
  List<String> add(String variant, RunPlan plan, int count, double each) {
    runs += count;
    steps += count * plan.steps();
    long travel = count * (plan.travel().up().getSum() + plan.travel().down());
    bytes += travel;
    disk += count * plan.space().disk();
    seconds += count * each;
    long down = plan.travel().downFirst().getCount() + plan.travel().downLater().getCount();
    return List.of(
        variant,
        plan.blueprint().config().framework().name(),
        Integer.toString(count),
        Integer.toString(plan.blueprint().config().rounds()),
        Long.toString(plan.steps()),
        Long.toString(plan.work().trainable().getMax()),
        number(plan.travel().up().getAverage()),
        number((double) plan.travel().down() / down),
        number(travel),
        "up to " + number(plan.memory().peak()),
        number(plan.space().disk()),
        each < 0 ? "-" : PlanText.time(count * each));
  }

  /**
   * Adds the runs of a search, whose weights are removed when it ends.
   *
   * @param variant its name
   * @param plan of one run
   * @param count runs with every seed and every rate
   * @param each seconds of one run; negative if unknown
   * @return its row
   */
  List<String> addSearch(String variant, RunPlan plan, int count, double each) {
    long before = disk;
    List<String> row = add(variant, plan, count, each);
    searching = Math.max(searching, disk - before);
    disk = before;
    return row;
  }

  /** The sums. */
  List<String> lines() {
    return List.of(
        "in all: %d runs, %,d steps, %s up and down, up to %s on disk%s"
            .formatted(
                runs,
                steps,
                PlanText.mb(bytes),
                PlanText.mb(disk + searching),
                seconds <= 0 ? "" : ", " + PlanText.time(seconds)));
  }

  private static String number(double bytes) {
    return String.format(Locale.ROOT, "%.3f", bytes / 1e6);
  }
}
