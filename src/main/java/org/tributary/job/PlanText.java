package org.tributary.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import org.tributary.config.TrainConfig;
import org.tributary.planning.MemoryNeed;
import org.tributary.planning.RunPlan;
import org.tributary.planning.TimedStep;

/** A plan as text. Megabytes are 10^6 bytes, as in the tables. */
final class PlanText {
  private static final int LABEL = 11;

  private PlanText() {}

  /** Bytes in megabytes. */
  static String mb(long bytes) {
    double mb = bytes / 1e6;
    return String.format(Locale.ROOT, mb >= 100 ? "%,.0f MB" : mb >= 1 ? "%.1f MB" : "%.3f MB", mb);
  }

  /** The plan of one run. */
  static List<String> of(RunPlan plan, ClusterFit fit) {
    List<String> lines = new ArrayList<>(work(plan));
    lines.addAll(travel(plan));
    lines.addAll(memory(plan));
    fit.lines(plan).forEach(line -> lines.add(labelled("fits", line)));
    return lines;
  }

  private static List<String> work(RunPlan plan) {
    TrainConfig config = plan.blueprint().config();
    RunPlan.Work work = plan.work();
    int clients = plan.blueprint().manifest().clients().size();
    int cohort = plan.blueprint().cohort(0).size();
    String sampled =
        plan.blueprint().framework().pooled() ? "one with all rows" : cohort + " in each round";
    List<String> lines = new ArrayList<>();
    lines.add(
        labelled(
            "run",
            "%s: %s with %s, %d rounds"
                .formatted(
                    config.out(),
                    config.framework().name(),
                    config.client().optimizer().name(),
                    config.rounds())));
    lines.add(
        labelled(
            "clients",
            "%d, %s; %s training rows a client; %,d rows evaluated in all"
                .formatted(clients, sampled, range(work.rows()), plan.evaluatedRows())));
    lines.add(
        labelled(
            "steps",
            "%,d in all%s; %s a client and round of %d rows"
                .formatted(
                    plan.steps(),
                    config.evaluate().patience() > 0 ? " at most (evaluate.patience)" : "",
                    range(work.steps()),
                    (long) config.client().batch() * config.client().accumulate())));
    lines.add(
        labelled(
            "trainable",
            "%s of %,d parameters".formatted(range(work.trainable()), work.parameters())));
    return lines;
  }

  private static List<String> travel(RunPlan plan) {
    List<String> lines = new ArrayList<>();
    lines.add(
        labelled(
            "up",
            "%s a client and round, %s in all"
                .formatted(bytes(plan.travel().up()), mb(plan.travel().up().getSum()))));
    String later =
        plan.travel().downLater().getCount() == 0
            ? ""
            : ", %s in a later one".formatted(bytes(plan.travel().downLater()));
    lines.add(
        labelled(
            "down",
            "%s in a client's first round%s, %s in all"
                .formatted(bytes(plan.travel().downFirst()), later, mb(plan.travel().down()))));
    return lines;
  }

  private static List<String> memory(RunPlan plan) {
    MemoryNeed need = plan.memory();
    RunPlan.Space space = plan.space();
    return List.of(
        labelled(
            "native",
            "a client: %s in use (weights %s, gradients %s, optimizer %s, activations %s), up to %s with freed memory; evaluation %s (estimate, rows as long as possible)"
                .formatted(
                    mb(need.inUse()),
                    mb(need.weights()),
                    mb(need.gradients()),
                    mb(need.optimizer()),
                    mb(need.activations()),
                    mb(need.peak()),
                    mb(space.evaluation()))),
        labelled(
            "heap",
            "a client: %s; each JVM: %s (estimate)".formatted(mb(space.heap()), mb(RunPlan.JVM))),
        labelled(
            "base model",
            space.baseCopied() > 0
                ? mb(space.baseCopied()) + " of frozen weights in native memory of each JVM"
                : mb(space.baseMapped()) + " of frozen weights, mapped from their file"),
        labelled(
            "disk",
            "%s: updates %s, global states %s, states of clients %s, result %s"
                .formatted(
                    mb(space.disk()),
                    mb(space.updates()),
                    mb(space.globals()),
                    mb(space.states()),
                    mb(space.result()))));
  }

  /** How long a run takes if every step is as long as the timed one. */
  static List<String> timed(RunPlan plan, ClusterFit fit, TimedStep timed) {
    return List.of(
        labelled(
            "step",
            String.format(
                Locale.ROOT,
                "%.3f s for a step of the first client, %.4f s for a row of the evaluation, peak memory of this JVM %s",
                timed.step(),
                timed.evaluated(),
                mb(timed.peak()))),
        labelled(
            "time",
            String.format(
                Locale.ROOT,
                "%s if all steps take as long and %d clients at once do not slow each other down; without loading, merging and generated answers",
                time(seconds(plan, fit, timed)),
                fit.slots())));
  }

  /** Seconds of all steps and evaluations. */
  static double seconds(RunPlan plan, ClusterFit fit, TimedStep timed) {
    return plan.stepsInTurn(fit.slots()) * timed.step()
        + (double) plan.evaluatedRows() / fit.slots() * timed.evaluated();
  }

  /** Seconds as minutes or hours. */
  static String time(double seconds) {
    return seconds < 90
        ? String.format(Locale.ROOT, "%.0f s", seconds)
        : seconds < 5400
            ? String.format(Locale.ROOT, "%.1f minutes", seconds / 60)
            : String.format(Locale.ROOT, "%.1f hours", seconds / 3600);
  }

  static String labelled(String label, String text) {
    return label + " ".repeat(Math.max(1, LABEL - label.length())) + text;
  }

  private static String range(LongSummaryStatistics values) {
    return values.getMin() == values.getMax()
        ? "%,d".formatted(values.getMin())
        : "%,d to %,d".formatted(values.getMin(), values.getMax());
  }

  static String bytes(LongSummaryStatistics values) {
    return values.getMin() == values.getMax()
        ? mb(values.getMin())
        : "%s to %s".formatted(mb(values.getMin()), mb(values.getMax()));
  }
}
