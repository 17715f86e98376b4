package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.tributary.analysis.Analysis;
import org.tributary.analysis.Drifts;
import org.tributary.analysis.Settings;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The job {@code analyze}: measures how the layers of a run moved, or how far the runs of a
 * comparison moved and where to.
 */
@Command(
    name = "analyze",
    description =
        "Measures the updates of a run by round and layer: spectra, ranks, angles, errors of merging. Of a comparison: how far each run moved from the start and from central training.")
public final class Analyze implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RUN", description = "folder of a run or a comparison: a path or URI")
  private String run;

  @Option(
      names = "--rounds",
      split = ",",
      paramLabel = "N,...",
      description =
          "rounds, counted from 1; without it all closed rounds, of a comparison those of the results")
  private List<Integer> rounds = List.of();

  @Option(
      names = "--layers",
      split = ",",
      paramLabel = "NAME,...",
      description = "globs over names of layers, or their last parts; without it all that change")
  private List<String> layers = List.of();

  @Option(
      names = "--central",
      paramLabel = "RUN",
      description =
          "a run of the framework central, from which the drift is measured; of a comparison the name of a variant, needed only if several are central")
  private String central;

  @Option(
      names = "--rank",
      paramLabel = "K",
      description =
          "dimensions of the subspaces that are compared; without it the rank of the run's adapters or of GaLore, or 8; of a comparison the largest rank of adapters")
  private Integer dimensions;

  @Option(
      names = "--values",
      paramLabel = "N",
      defaultValue = "32",
      description = "singular values in the table spectra (default 32)")
  private int values;

  @Option(
      names = "--gradient",
      paramLabel = "ROWS",
      defaultValue = "128",
      description = "training rows for the gradient of each round (default 128); 0 for no gradient")
  private int gradient;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "folder of the tables; without it those of the run or comparison")
  private String out;

  @Option(
      names = "--shared",
      description = "says that file: paths are the same file system on every node")
  private boolean shared;

  @Override
  public Integer call() throws IOException {
    check("--rank", dimensions == null ? 1 : dimensions, 1);
    check("--values", values, 1);
    check("--gradient", gradient == 0 ? 2 : gradient, 2);
    Configuration hadoop = SparkSessions.hadoop();
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("RUN", run);
    paths.put("--out", out);
    check(paths, hadoop);
    if (isComparison(hadoop)) {
      return comparison(hadoop);
    }
    if (central != null) {
      check(Map.of("--central", central), hadoop);
    }
    return run(hadoop);
  }

  private void check(Map<String, String> paths, Configuration hadoop) {
    PathChecks.checkReachable(paths, shared, hadoop);
    PathChecks.checkUsable(paths, hadoop);
  }

  private boolean isComparison(Configuration hadoop) throws IOException {
    Store store = Store.of(hadoop).once();
    return ComparisonFolder.is(store, store.path(run));
  }

  private int comparison(Configuration hadoop) throws IOException {
    for (String option : List.of("--values", "--gradient")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new WrongInput(
            "%s: of a comparison, %s, no values or gradients are measured; leave the option out, or name one of its runs"
                .formatted(option, run));
      }
    }
    Settings settings = new Settings(layers, values, dimensions, 0, Settings.LARGE);
    Drifts.Prepared prepared =
        Drifts.prepare(hadoop, new Drifts.Request(run, central, out, rounds, settings));
    PrintWriter text = spec.commandLine().getOut();
    prepared.leftOut().forEach(line -> text.println("left out: " + line));
    try (SparkSession spark = SparkSessions.open("analyze")) {
      DriftsText.lines(new Drifts(spark).run(prepared)).forEach(text::println);
    }
    text.println("tables: " + new RunFolder(prepared.out()).tables());
    return 0;
  }

  private int run(Configuration hadoop) throws IOException {
    Analysis.Prepared prepared =
        Analysis.prepare(
            hadoop,
            new Analysis.Request(run, central, out, rounds),
            new Settings(layers, values, dimensions, gradient, Settings.LARGE));
    try (SparkSession spark = SparkSessions.open("analyze")) {
      Analysis.Outcome o = new Analysis(spark).run(prepared);
      spec.commandLine()
          .getOut()
          .println(
              String.format(
                  Locale.ROOT,
                  "%d layers, %d rounds measured in %.1f s",
                  o.layers(),
                  o.rounds().size(),
                  o.seconds()));
      spec.commandLine().getOut().println("tables: " + o.tables());
      return 0;
    }
  }

  private static void check(String option, int value, int least) {
    if (value < least) {
      throw new WrongInput("%s: %d is less than %d; raise it".formatted(option, value, least));
    }
  }
}
