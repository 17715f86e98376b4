package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkMaster;
import org.tributary.config.CompareConfig;
import org.tributary.config.TrainConfig;
import org.tributary.federation.Federation;
import org.tributary.federation.QuorumMissed;
import org.tributary.federation.RoundListener;
import org.tributary.federation.RoundListeners;
import org.tributary.federation.RunChecks;
import org.tributary.rows.Row;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.RunFolder;
import org.tributary.tables.RunReport;
import org.tributary.tables.StatisticsTable;
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

  /** The reports of partitioned sets by their names. */
  private final Map<String, LiveReport> pages = new HashMap<>();

  /** Why runs could not be ended, in their order. */
  private final List<QuorumMissed> missed = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Configuration hadoop = SparkSessions.hadoop();
    CompareConfig config = file.read(hadoop, CompareConfig.class, Map.of());
    String common = ConfigFile.text(file.find(config.train()), hadoop);
    Variants configured = new Variants(config, common);
    TrainConfig first = configured.first(configured.arms().get(0));
    RunChecks checks = new RunChecks(Store.of(hadoop));
    if (file.isCheck()) {
      PathChecks.check(first, hadoop);
      List<String> files = List.of(file.name(), config.train());
      return new CheckOption(spec, hadoop, SparkMaster.isAway())
          .run(
              files,
              inputs(first, config),
              () -> {
                Variants variants = ComparisonChecks.withRounds(hadoop, configured).variants();
                ComparisonChecks.check(hadoop, variants, checks, false);
              });
    }
    Budgets budgets = ComparisonChecks.withRounds(hadoop, configured);
    Variants variants = budgets.variants();
    ComparisonChecks.check(hadoop, variants, checks, true);
    for (String variant : config.variants().keySet()) {
      variants.written(variant).leftOut().forEach(this::say);
    }
    ComparisonNotes.rates(config).forEach(this::say);
    Tracking.check(Store.of(hadoop), first);
    plan(Store.of(hadoop), variants);
    try (SparkSession spark = SparkSessions.open("compare", first.client().threads())) {
      Store store = Store.of(hadoop);
      checks.rows(spark);
      CompareFolder.commit(store, config, variants.common());
      budgets.commit();
      Path folder = store.path(config.out());
      LiveReport whole = LiveReport.of(store, folder);
      Map<Arm, List<RunReport>> reports = runs(new Trainer(spark, store, whole), variants);
      List<Row> statistics = statistics(variants, reports);
      StatisticsTable.write(store, folder, statistics);
      pages.values().forEach(LiveReport::write);
      print(config, reports, statistics);
      spec.commandLine().getOut().println("tables: " + new RunFolder(folder).tables());
      whole.write(spec.commandLine().getOut());
      if (!missed.isEmpty()) {
        throw missed.get(0);
      }
      return 0;
    }
  }

  /** The paths that the runs read, by dotted key. */
  private static Map<String, String> inputs(TrainConfig run, CompareConfig config) {
    Map<String, String> inputs = PathChecks.inputs(run);
    config.partitions().forEach(path -> inputs.put("partitions, " + path, path));
    return inputs;
  }

  /** Says at the first start what the comparison will do; steps are timed where clients train. */
  private void plan(Store store, Variants variants) throws IOException {
    if (!ComparisonFolder.is(store, store.path(variants.config().out()))) {
      boolean here = SparkMaster.isOneJvm(SparkMaster.of(new SparkConf()));
      ComparisonPlan.lines(store, variants, here).forEach(this::say);
    }
  }

  /** Trains every variant with every seed, on one partitioned set after another. */
  private Map<Arm, List<RunReport>> runs(Trainer whole, Variants variants)
      throws IOException, InterruptedException {
    Store store = whole.store();
    Path folder = store.path(variants.config().out());
    Map<Arm, List<RunReport>> reports = new LinkedHashMap<>();
    for (Arm arm : variants.arms()) {
      LiveReport page =
          arm.partition() == null
              ? whole.report()
              : pages.computeIfAbsent(
                  arm.set(), set -> LiveReport.of(store, new Path(folder, set)));
      Trainer trainer = new Trainer(whole.spark(), store, page);
      String rate =
          new RateSearch(store, variants, run -> train(trainer, run), this::say).rate(arm);
      List<RunReport> ofArm = new ArrayList<>();
      for (String seed : variants.config().seeds()) {
        ofArm.add(trainOrMiss(trainer, variants.run(arm, seed, rate)));
      }
      reports.put(arm, ofArm);
      page.write();
      if (page != whole.report()) {
        whole.report().write();
      }
    }
    return reports;
  }

  /**
   * What trains the runs.
   *
   * @param spark runs the tasks
   * @param store reaches the files
   * @param report about the comparison, or its runs on one partitioned set; written after each
   *     round
   */
  private record Trainer(SparkSession spark, Store store, LiveReport report) {}

  /** Scores over the seeds, and differences to the baseline. */
  private static List<Row> statistics(Variants variants, Map<Arm, List<RunReport>> reports) {
    List<StatisticsTable.Runs> all = new ArrayList<>();
    reports.forEach(
        (arm, runs) -> {
          Map<String, RunReport> bySeed = new LinkedHashMap<>();
          for (int i = 0; i < runs.size(); i++) {
            bySeed.put(variants.config().seeds().get(i), runs.get(i));
          }
          String set = CompareConfig.partitionName(variants.first(arm).data().path());
          all.add(new StatisticsTable.Runs(set, arm.variant(), bySeed));
        });
    return StatisticsTable.rows(all, variants.config().baseline());
  }

  /** Prints the scores of the runs, and what makes the comparison less fair. */
  private void print(
      CompareConfig config, Map<Arm, List<RunReport>> reports, List<Row> statistics) {
    PrintWriter out = spec.commandLine().getOut();
    List<RunReport> all = reports.values().stream().flatMap(List::stream).toList();
    RunReport.table(all).forEach(out::println);
    if (config.seeds().size() > 1) {
      out.println();
      RunReport.overSeeds(all).forEach(out::println);
    }
    StatisticsText.lines(statistics).forEach(out::println);
    ComparisonNotes.rates(config).forEach(out::println);
    ComparisonNotes.budgets(config, reports).forEach(out::println);
  }

  /**
   * Trains a run. If too few clients finish a round, for example because the loss diverges with
   * this seed, the other runs go on, and the run has no scores; the job fails at its end.
   */
  private RunReport trainOrMiss(Trainer trainer, TrainConfig run)
      throws IOException, InterruptedException {
    try {
      return train(trainer, run);
    } catch (QuorumMissed e) {
      missed.add(e);
      say(e.getMessage());
      RunFolder folder = new RunFolder(trainer.store().path(run.out()));
      return RunReport.of(trainer.store(), folder).withoutScores();
    }
  }

  private RunReport train(Trainer trainer, TrainConfig run)
      throws IOException, InterruptedException {
    say(run.out());
    try (LiveTracking tracking = LiveTracking.of(trainer.store(), run);
        RunProgress progress = RunProgress.of(run, spec.commandLine().getErr())) {
      RoundListener listener = RoundListeners.of(progress, trainer.report(), tracking);
      Federation.Outcome outcome =
          tracking.follow(() -> new Federation(trainer.spark(), listener).train(run));
      return RunReport.of(trainer.store(), outcome.folder());
    }
  }

  private void say(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
