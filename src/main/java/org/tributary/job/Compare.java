package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.config.CompareConfig;
import org.tributary.config.FrameworkSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.Federation;
import org.tributary.federation.QuorumMissed;
import org.tributary.federation.RoundListener;
import org.tributary.federation.RoundListeners;
import org.tributary.federation.RunChecks;
import org.tributary.model.Architecture;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;
import org.tributary.run.TaskKeys;
import org.tributary.tables.RunReport;
import org.tributary.tracking.Tracking;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The job {@code compare}: variants of one run over the same partitions, base weights, budget and
 * evaluation. It resumes where it stopped and does not repeat finished runs.
 */
@Command(
    name = "compare",
    description =
        "Trains variants of one run on equal terms, with every seed, and prints the scores.")
public final class Compare implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigFile file;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Configuration hadoop = SparkSessions.hadoop();
    CompareConfig config = file.read(hadoop, CompareConfig.class, Map.of());
    String common = ConfigFile.text(file.find(config.train()), hadoop);
    Variants variants = new Variants(config, common);
    String seed = config.seeds().get(0);
    TrainConfig first = variants.run(config.variants().keySet().iterator().next(), seed, null);
    if (file.isCheck()) {
      PathChecks.check(first, hadoop);
      List<String> files = List.of(file.name(), config.train());
      return new CheckOption(spec, hadoop, SparkMaster.isAway())
          .run(
              files,
              PathChecks.inputs(first),
              () -> check(hadoop, variants, new RunChecks(Store.of(hadoop)), false));
    }
    RunChecks checks = new RunChecks(Store.of(hadoop));
    check(hadoop, variants, checks, true);
    for (String variant : config.variants().keySet()) {
      variants.written(variant).leftOut().forEach(left -> say("%s", left));
    }
    notes(config).forEach(note -> say("%s", note));
    Tracking.check(Store.of(hadoop), first);
    try (SparkSession spark = SparkSessions.open("compare", first.client().threads())) {
      Store store = Store.of(hadoop);
      checks.rows(spark);
      CompareFolder.commit(store, config, variants.common());
      Path folder = store.path(config.out());
      Trainer trainer = new Trainer(spark, store, LiveReport.of(store, folder));
      print(config, runs(trainer, variants));
      spec.commandLine().getOut().println("tables: " + new RunFolder(folder).tables());
      trainer.report().write(spec.commandLine().getOut());
      return 0;
    }
  }

  /**
   * What trains the runs.
   *
   * @param spark runs the tasks
   * @param store reaches the files
   * @param report about the comparison, written after each round
   */
  private record Trainer(SparkSession spark, Store store, LiveReport report) {}

  /** Trains every variant with every seed. */
  private List<RunReport> runs(Trainer trainer, Variants variants)
      throws IOException, InterruptedException {
    List<RunReport> reports = new ArrayList<>();
    for (String variant : variants.config().variants().keySet()) {
      String rate = rate(trainer, variants, variant);
      for (String seed : variants.config().seeds()) {
        reports.add(train(trainer, variants.run(variant, seed, rate)));
      }
    }
    return reports;
  }

  /** Prints the scores of the runs, and what makes the comparison less fair. */
  private void print(CompareConfig config, List<RunReport> reports) {
    PrintWriter out = spec.commandLine().getOut();
    RunReport.table(reports).forEach(out::println);
    if (config.seeds().size() > 1) {
      out.println();
      RunReport.overSeeds(reports).forEach(out::println);
    }
    notes(config).forEach(out::println);
    budgets(reports).ifPresent(out::println);
  }

  /** Checks that every run can begin, before the first one begins. */
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
                    config.rates().isEmpty() || !part.equals("validation")
                        ? ""
                        : ", or remove rates"));
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

  /** Warnings about differences in the configuration that make the comparison less fair. */
  static List<String> notes(CompareConfig config) {
    List<String> tuned = new ArrayList<>();
    List<String> given = new ArrayList<>();
    for (String variant : config.variants().keySet()) {
      int rates = config.rates().getOrDefault(variant, List.of()).size();
      (rates > 1 ? tuned : given).add(variant);
    }
    return tuned.isEmpty() || given.isEmpty()
        ? List.of()
        : List.of(
            "note: learning rates were chosen for %s, but not for %s, which may be better with others; give rates for all or none"
                .formatted(String.join(", ", tuned), String.join(", ", given)));
  }

  /** Reports the steps of the variants if they are not equal. */
  static Optional<String> budgets(List<RunReport> reports) {
    Map<String, Set<Long>> steps = new LinkedHashMap<>();
    reports.forEach(r -> steps.computeIfAbsent(r.variant(), v -> new TreeSet<>()).add(r.steps()));
    if (steps.values().stream().flatMap(Set::stream).distinct().count() == 1) {
      return Optional.empty();
    }
    List<String> each = new ArrayList<>();
    steps.forEach(
        (variant, s) -> each.add(variant + " " + s.toString().replaceAll("[\\[\\]]", "")));
    return Optional.of(
        "note: budgets differ; steps of all clients over all rounds: " + String.join("; ", each));
  }

  /** Adapters with another start may have an advantage. */
  private static void checkStarts(Store store, Variants variants, List<String> problems)
      throws IOException {
    Map<String, List<String>> variantsByStart = new TreeMap<>();
    for (String variant : variants.config().variants().keySet()) {
      FrameworkSection.Lora lora =
          variants.run(variant, variants.config().seeds().get(0), null).framework().lora();
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

  private RunReport train(Trainer trainer, TrainConfig run)
      throws IOException, InterruptedException {
    say("%s", run.out());
    try (LiveTracking tracking = LiveTracking.of(trainer.store(), run);
        RunProgress progress = RunProgress.of(run, spec.commandLine().getErr())) {
      RoundListener listener = RoundListeners.of(progress, trainer.report(), tracking);
      Federation.Outcome outcome =
          tracking.follow(() -> new Federation(trainer.spark(), listener).train(run));
      return RunReport.of(trainer.store(), outcome.folder());
    }
  }

  /**
   * The learning rate with the best score on validation rows with the first seed; null if there are
   * no rates to try. A rate with which a client failed, or whose score is NaN, is not chosen.
   */
  private String rate(Trainer trainer, Variants variants, String variant)
      throws IOException, InterruptedException {
    CompareConfig config = variants.config();
    List<String> rates = config.rates().getOrDefault(variant, List.of());
    String best = null;
    double bestScore = Double.NaN;
    for (String rate : rates) {
      double score = trial(trainer, variants, variant, rate);
      boolean better = config.smallerIsBetter() ? score < bestScore : score > bestScore;
      if (Double.isFinite(score) && (best == null || better)) {
        best = rate;
        bestScore = score;
      }
    }
    if (best == null && !rates.isEmpty()) {
      throw new WrongInput(
          "rates.%s: with none of %s all clients finish and have a validation %s; give smaller ones, and another out"
              .formatted(variant, rates, config.score()));
    }
    if (best != null) {
      boolean edge = rates.size() > 2 && rates.indexOf(best) % (rates.size() - 1) == 0;
      say("%s: lr %s of %s%s", variant, best, rates, edge ? ", at the edge of what was tried" : "");
    }
    return best;
  }

  private double trial(Trainer trainer, Variants variants, String variant, String rate)
      throws IOException, InterruptedException {
    String name = variants.config().score();
    try {
      RunReport report = train(trainer, variants.trial(variant, rate));
      double score = report.failed() > 0 ? Double.NaN : report.score("validation", name);
      say("%s, lr %s: validation %s %.4f, %d failed", variant, rate, name, score, report.failed());
      return score;
    } catch (QuorumMissed e) {
      say("%s, lr %s: not to be chosen: %s", variant, rate, e.getMessage());
      return Double.NaN;
    }
  }

  private void say(String format, Object... values) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(String.format(Locale.ROOT, format, values));
    err.flush();
  }
}
