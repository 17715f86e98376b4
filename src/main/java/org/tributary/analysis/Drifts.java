package org.tributary.analysis;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.FirstExecutor;
import org.tributary.cluster.Interruptible;
import org.tributary.error.WrongInput;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.RunConfig;
import org.tributary.tables.DriftsTable;
import org.tributary.tables.RoundScores;
import org.tributary.tables.RunLabels;

/**
 * Measures for every run of a comparison how far its weights moved, and where to compared with
 * central training from the same start. It needs only the global states, which runs keep after
 * their last rounds.
 */
public final class Drifts {
  private final SparkSession session;

  /**
   * On a session's executors.
   *
   * @param session of Spark; left running
   */
  public Drifts(SparkSession session) {
    this.session = session;
  }

  /**
   * What is asked for.
   *
   * @param comparison its folder
   * @param central the variant to measure distances to; null for the one of the framework central
   * @param out folder of the table; null for the comparison's
   * @param rounds counted from 1; empty for that of each run's result
   * @param settings layers and, as dimensions, the rank; the others are not read
   */
  public record Request(
      String comparison, String central, String out, List<Integer> rounds, Settings settings) {
    /** Copies. */
    public Request {
      rounds = List.copyOf(rounds);
    }
  }

  /**
   * Runs that can be measured. Everything that can be checked without Spark is checked.
   *
   * @param runs of the comparison
   * @param layers that are measured
   * @param rank r
   * @param out has the folder of the table
   */
  public record Prepared(ComparedRuns runs, List<String> layers, int rank, Path out) {
    /**
     * The runs that are not measured.
     *
     * @return why, a line each
     */
    public List<String> leftOut() {
      return runs.leftOut();
    }
  }

  /**
   * Checks whether a comparison can be measured. Writes nothing.
   *
   * @param hadoop configuration of the file systems
   * @param request paths and options
   * @return the measurement
   * @throws WrongInput if runs have not kept what is needed, or the folder has something else
   * @throws IOException if a file system fails
   */
  public static Prepared prepare(Configuration hadoop, Request request) throws IOException {
    Store store = Store.of(hadoop).once();
    Path folder = store.path(request.comparison());
    ComparedRuns runs = ComparedRuns.open(store, folder, request.central(), request.rounds());
    List<String> layers = runs.layers(request.settings().layers());
    checkSize(runs, layers, request.settings().large());
    Integer asked = request.settings().dimensions();
    Path out = request.out() == null ? folder : store.path(request.out());
    if (request.out() != null
        && !store.exists(DriftsTable.file(out))
        && !store.list(out).isEmpty()) {
      throw new WrongInput(
          "--out: %s exists and has no table drifts; name another folder".formatted(out));
    }
    return new Prepared(runs, layers, asked == null ? runs.rank() : asked, out);
  }

  private static void checkSize(ComparedRuns runs, List<String> layers, long large) {
    Blueprint blueprint = runs.groups().get(0).centralRun().blueprint();
    List<String> problems = new ArrayList<>();
    for (String layer : layers) {
      long numbers = blueprint.base().used().get(layer + ".weight").elements();
      if (numbers > large) {
        problems.add(
            "%s has a matrix of %,d numbers, more than the %,d that one task can take; name other layers with --layers"
                .formatted(layer, numbers, large));
      }
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all("The layers are too large:", problems);
    }
  }

  /**
   * Measures, and writes the table.
   *
   * @param prepared by {@link #prepare}
   * @return the rows
   * @throws org.tributary.error.Trouble if a file system or a machine fails; run it again
   */
  public List<DriftsTable.Entry> run(Prepared prepared) throws IOException {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    Store store = Store.of(spark.hadoopConfiguration());
    try {
      FirstExecutor.await(spark);
      List<DriftsTable.Entry> entries =
          Interruptible.run(spark.sc(), () -> measure(spark, store, prepared));
      DriftsTable.write(store, prepared.out(), entries);
      return entries;
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException(e.getMessage()).initCause(e);
    } finally {
      Blueprints.clear();
    }
  }

  private static List<DriftsTable.Entry> measure(
      JavaSparkContext spark, Store store, Prepared prepared) throws IOException {
    List<DriftsTable.Entry> entries = new ArrayList<>();
    try (DriftTasks tasks =
        DriftTasks.of(spark, prepared.runs(), prepared.layers(), prepared.rank())) {
      List<List<DriftTasks.Measured>> measured = tasks.run();
      for (int g = 0; g < measured.size(); g++) {
        entries.addAll(entries(store, prepared, g, measured.get(g)));
      }
    }
    return entries;
  }

  private static List<DriftsTable.Entry> entries(
      Store store, Prepared prepared, int g, List<DriftTasks.Measured> measured)
      throws IOException {
    ComparedRuns.Group group = prepared.runs().groups().get(g);
    DriftsTable.Central central =
        central(store, group, measured.get(group.central()).layers(), prepared.rank());
    List<RoundScores> scores = new ArrayList<>();
    for (ComparedRun run : group.runs()) {
      scores.add(RoundScores.of(store, run.folder(), run.round()));
    }
    boolean all = prepared.layers().equals(prepared.runs().layers(List.of()));
    List<DriftsTable.Entry> entries = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      ComparedRun run = group.runs().get(i);
      RunLabels labels =
          RunLabels.of(
              store,
              run.folder().root(),
              RunConfig.name(store, run.folder()),
              run.blueprint().config());
      entries.add(
          new DriftsTable.Entry(
              labels,
              run.round(),
              central,
              measured.get(i) == null ? null : moved(measured.get(i), all),
              scores.get(i),
              group.baseline() < 0 ? null : scores.get(group.baseline())));
    }
    return entries;
  }

  private static DriftsTable.Central central(
      Store store, ComparedRuns.Group group, List<LayerDrift> layers, int rank) throws IOException {
    double own = sum(layers, LayerDrift::central);
    return new DriftsTable.Central(
        RunConfig.name(store, group.centralRun().folder()),
        layers.size(),
        Math.sqrt(own / sum(layers, LayerDrift::weight)),
        rank,
        share(sum(layers, LayerDrift::centralInRank), own));
  }

  /** Without all layers, the rest of the weights is not what is outside of the linear layers. */
  private static DriftsTable.Moved moved(DriftTasks.Measured measured, boolean all) {
    List<LayerDrift> layers = measured.layers();
    double own = sum(layers, LayerDrift::moved);
    double central = sum(layers, LayerDrift::central);
    return new DriftsTable.Moved(
        Math.sqrt(own / sum(layers, LayerDrift::weight)),
        central == 0 ? null : Math.sqrt(sum(layers, LayerDrift::apart) / central),
        share(sum(layers, LayerDrift::dot), Math.sqrt(own) * Math.sqrt(central)),
        all ? share(measured.outside(), own + measured.outside()) : null,
        ranks(layers),
        share(sum(layers, LayerDrift::inRank), own),
        share(sum(layers, LayerDrift::reachable), central));
  }

  private static DriftsTable.Ranks ranks(List<LayerDrift> layers) {
    List<LayerDrift.Ranks> ranks =
        layers.stream().map(LayerDrift::ranks).filter(Objects::nonNull).toList();
    return ranks.isEmpty()
        ? null
        : new DriftsTable.Ranks(
            sum(ranks, LayerDrift.Ranks::rank) / ranks.size(),
            sum(ranks, LayerDrift.Ranks::stable) / ranks.size(),
            sum(ranks, LayerDrift.Ranks::effective) / ranks.size());
  }

  private static Double share(double part, double whole) {
    return whole == 0 ? null : Double.valueOf(part / whole);
  }

  /** In the order of the layers, so that equal files give equal bits. */
  private static <T> double sum(List<T> layers, ToDoubleFunction<T> number) {
    double sum = 0;
    for (T layer : layers) {
      sum += number.applyAsDouble(layer);
    }
    return sum;
  }
}
