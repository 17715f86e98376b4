package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.Blueprint;
import org.tributary.federation.Federation;
import org.tributary.federation.RunReport;
import org.tributary.federation.RunSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The job {@code compare}: variants of one run over the same partitions, base weights, budget and
 * evaluation. It goes on where it stopped: a run that is done is not done again.
 */
@Command(
    name = "compare",
    description =
        "Trains variants of one run on equal terms, with every seed, and tells the scores.")
public final class Compare implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigFile file;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Configuration hadoop = Sessions.hadoop();
    CompareConfig config = file.read(hadoop, CompareConfig.class, Map.of());
    Variants variants = new Variants(config, ConfigFile.text(config.train(), hadoop));
    check(hadoop, variants);
    String first = config.variants().keySet().iterator().next();
    int threads = variants.run(first, config.seeds().get(0), null).client().threads();
    try (SparkSession spark = Sessions.open("compare", threads)) {
      Store store = Store.of(hadoop);
      List<RunReport> reports = new ArrayList<>();
      for (String variant : config.variants().keySet()) {
        String rate = rate(spark, store, variants, variant);
        for (String seed : config.seeds()) {
          reports.add(train(spark, store, variants.run(variant, seed, rate)));
        }
      }
      PrintWriter out = spec.commandLine().getOut();
      RunReport.table(reports).forEach(out::println);
      if (config.seeds().size() > 1) {
        out.println();
        RunReport.overSeeds(reports).forEach(out::println);
      }
      out.println("tables: " + store.path(config.out()) + "/*/*/tables");
      return 0;
    }
  }

  /** Every run must be able to begin before the first one does. */
  private static void check(Configuration hadoop, Variants variants) throws IOException {
    List<String> problems = new ArrayList<>();
    for (TrainConfig run : variants.all()) {
      Sessions.requireReachable(
          Map.of(
              "out", run.out(), "model.path", run.model().path(), "data.path", run.data().path()),
          run.shared(),
          hadoop);
      try {
        new Blueprint(Store.of(hadoop), run);
      } catch (WrongInput e) {
        problems.add(run.out() + ": " + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all("The comparison cannot begin:", problems);
    }
  }

  private RunReport train(SparkSession spark, Store store, TrainConfig run)
      throws IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    err.println(run.out());
    err.flush();
    try (Progress progress = Progress.of(run, err)) {
      Federation.Outcome outcome = new Federation(spark, progress).train(run);
      return RunReport.of(store, outcome.folder());
    }
  }

  /**
   * The learning rate that does best on validation rows with the first seed; null for none to
   * choose.
   */
  private String rate(SparkSession spark, Store store, Variants variants, String variant)
      throws IOException, InterruptedException {
    CompareConfig config = variants.config();
    String best = null;
    double bestScore = Double.NaN;
    for (String rate : config.rates().getOrDefault(variant, List.of())) {
      RunReport report = train(spark, store, variants.trial(variant, rate));
      double score = report.score("validation", config.score());
      PrintWriter err = spec.commandLine().getErr();
      err.printf(
          Locale.ROOT, "%s, lr %s: validation %s %.4f%n", variant, rate, config.score(), score);
      err.flush();
      boolean better = config.smallerIsBetter() ? score < bestScore : score > bestScore;
      if (best == null || better) {
        best = rate;
        bestScore = score;
      }
    }
    return best;
  }

  /**
   * The runs of a comparison, as train configurations.
   *
   * @param config of the comparison
   * @param common text of the train configuration that all share
   */
  private record Variants(CompareConfig config, String common) {
    /** A variant with a seed, and a learning rate in place of its own where one is given. */
    TrainConfig run(String variant, String seed, String rate) {
      return read(variant, seed, "seed=" + seed, rate, List.of());
    }

    /** A variant with a learning rate that is tried, scored on validation rows. */
    TrainConfig trial(String variant, String rate) {
      return read(
          variant,
          config.seeds().get(0),
          "lr=" + rate,
          rate,
          List.of("evaluate.parts=[validation]"));
    }

    List<TrainConfig> all() {
      List<TrainConfig> all = new ArrayList<>();
      for (String variant : config.variants().keySet()) {
        for (String rate : config.rates().getOrDefault(variant, List.of())) {
          all.add(trial(variant, rate));
        }
        config.seeds().forEach(seed -> all.add(run(variant, seed, null)));
      }
      return all;
    }

    private TrainConfig read(
        String variant, String seed, String folder, String rate, List<String> more) {
      List<String> sets = new ArrayList<>(config.variants().get(variant));
      if (rate != null) {
        sets.add("client.optimizer.lr=" + rate);
      }
      sets.addAll(more);
      sets.add("seed=" + seed);
      sets.add("out=" + config.out() + "/" + variant + "/" + folder);
      return ConfigReader.read(
          config.train() + ", variant " + variant,
          common,
          sets,
          TrainConfig.class,
          RunSpec.CHOICES);
    }
  }
}
