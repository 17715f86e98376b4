package org.tributary.analysis;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.FirstExecutor;
import org.tributary.cluster.Interruptible;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.json.Yaml;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.tables.AnalysisTables;
import org.tributary.tables.LayersTable;
import org.tributary.tables.RunLabels;
import org.tributary.tables.TablesFolder;

/**
 * Measures how the layers of a finished run moved, round by round, on all executors: one task for
 * each layer, and one for the gradients of each round. The results do not depend on the executors.
 */
public final class Analysis {
  private static final String FILE = "analysis.yaml";

  private final SparkSession session;

  /**
   * On a session's executors.
   *
   * @param session of Spark; left running
   */
  public Analysis(SparkSession session) {
    this.session = session;
  }

  /**
   * The paths of an analysis.
   *
   * @param run folder of the run
   * @param central folder of a run of the framework {@code central}; null for none
   * @param out folder of the tables; null for the run's own
   * @param rounds counted from 1; empty for all
   */
  public record Request(String run, String central, String out, List<Integer> rounds) {
    /** Copies. */
    public Request {
      rounds = List.copyOf(rounds);
    }
  }

  /**
   * An analysis that can start. Everything that can be checked without Spark is checked.
   *
   * @param run that is analyzed
   * @param central the run to compare with; null for none
   * @param settings with all values
   * @param out where {@value #FILE} is
   * @param tables where the tables are
   */
  public record Prepared(
      AnalyzedRun run, RunFolder central, Settings settings, Path out, AnalysisTables tables) {}

  /**
   * What was measured.
   *
   * @param tables their folder
   * @param rounds that this start measured; the others were measured before
   * @param layers how many
   * @param seconds the duration
   */
  public record Outcome(Path tables, List<Integer> rounds, int layers, double seconds) {}

  /**
   * Checks whether a run can be analyzed. Writes nothing.
   *
   * @param hadoop configuration of the file systems
   * @param request paths and rounds
   * @param settings what to measure
   * @return the analysis
   * @throws WrongInput if the run has not kept what is needed, or the folder has another analysis
   * @throws IOException if a file system fails
   */
  public static Prepared prepare(Configuration hadoop, Request request, Settings settings)
      throws IOException {
    Store store = Store.of(hadoop).once();
    AnalyzedRun run =
        AnalyzedRun.open(store, store.path(request.run()), request.rounds(), settings.layers());
    Settings whole =
        new Settings(
            settings.layers(),
            settings.values(),
            settings.dimensions() == null ? run.rank() : settings.dimensions(),
            settings.gradient(),
            settings.large());
    RunFolder central = request.central() == null ? null : central(store, request, run);
    TablesFolder own = TablesFolder.of(store, run.folder());
    Path out = request.out() == null ? run.folder().root() : store.path(request.out());
    TablesFolder tables =
        request.out() == null ? own : new TablesFolder(new RunFolder(out).tables(), own.run());
    RunLabels labels =
        RunLabels.of(store, run.folder().root(), own.run(), run.blueprint().config());
    Prepared prepared = new Prepared(run, central, whole, out, new AnalysisTables(tables, labels));
    checkFolder(store, prepared, request.out() != null);
    return prepared;
  }

  private static RunFolder central(Store store, Request request, AnalyzedRun run)
      throws IOException {
    RunFolder central = new RunFolder(store.path(request.central()));
    Blueprint blueprint = AnalyzedRun.blueprint(store, central);
    String base = RunConfig.stored(store, run.folder()).path("run").path("model").asText();
    if (!base.equals(RunConfig.stored(store, central).path("run").path("model").asText())) {
      throw new WrongInput(
          "--central: %s begins with another model than %s; name a run that begins with the same"
              .formatted(central.root(), run.folder().root()));
    }
    for (int round : run.rounds()) {
      if (!store.exists(central.global(round - 1))) {
        throw new WrongInput(
            "--central: %s has no global state after round %d; train it again in another out with --set keep.globals=%d, or name rounds that it has with --rounds"
                .formatted(central.root(), round, blueprint.config().rounds()));
      }
    }
    return central;
  }

  /** What decides the numbers, beside the run's files. */
  private static String identity(Prepared prepared) {
    Settings s = prepared.settings();
    ObjectNode node = Json.object();
    node.put("run", prepared.tables().labels().run());
    node.put("central", prepared.central() == null ? null : prepared.central().root().toString());
    s.layers().forEach(node.putArray("layers")::add);
    node.put("values", s.values());
    node.put("dimensions", s.dimensions());
    node.put("gradient", s.gradient());
    node.put("large", s.large());
    return Yaml.text(node);
  }

  private static void checkFolder(Store store, Prepared prepared, boolean own) throws IOException {
    Path file = new Path(prepared.out(), FILE);
    if (store.exists(file)) {
      String before = new String(store.readAll(file), StandardCharsets.UTF_8);
      if (!before.equals(identity(prepared))) {
        throw new WrongInput(
            "%s was measured with other options (%s); name another folder with --out, or remove %s and the tables layers, spectra and angles"
                .formatted(prepared.out(), before.strip().replace("\n", ", "), file));
      }
    } else if (own && !store.list(prepared.out()).isEmpty()) {
      throw new WrongInput(
          "--out: %s exists and has no analysis (it has no %s); name another folder"
              .formatted(prepared.out(), FILE));
    }
  }

  /**
   * Measures the rounds that are not measured yet, and writes their tables.
   *
   * @param prepared by {@link #prepare}
   * @return what was done
   * @throws org.tributary.error.Trouble if a file system or a machine fails; run it again
   */
  public Outcome run(Prepared prepared) throws IOException {
    long begin = System.nanoTime();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    Store store = Store.of(spark.hadoopConfiguration());
    List<Integer> open = new ArrayList<>();
    for (int round : prepared.run().rounds()) {
      if (!prepared.tables().has(store, round)) {
        open.add(round);
      }
    }
    if (!open.isEmpty()) {
      try {
        FirstExecutor.await(spark);
        Interruptible.run(spark.sc(), () -> measure(spark, store, prepared, open));
      } catch (InterruptedException e) {
        throw (IOException) new InterruptedIOException(e.getMessage()).initCause(e);
      } finally {
        Blueprints.clear();
      }
    }
    return new Outcome(
        prepared.tables().folder().root(),
        open,
        prepared.run().layers().size(),
        (System.nanoTime() - begin) / 1e9);
  }

  private static Void measure(
      JavaSparkContext spark, Store store, Prepared prepared, List<Integer> open)
      throws IOException {
    List<List<AnalysisTables.Measured>> rounds = new ArrayList<>();
    List<Map<String, LayersTable.Gradient>> gradients;
    try (AnalysisTasks tasks = AnalysisTasks.of(spark, store, prepared)) {
      gradients = tasks.gradients(open);
      List<List<AnalysisTables.Measured>> layers = tasks.layers();
      for (int round : open) {
        int at = prepared.run().rounds().indexOf(round);
        rounds.add(layers.stream().map(layer -> layer.get(at)).toList());
      }
    }
    store.commit(
        new Path(prepared.out(), FILE),
        FileContent.of(identity(prepared).getBytes(StandardCharsets.UTF_8)));
    for (int i = 0; i < open.size(); i++) {
      prepared.tables().write(store, open.get(i), rounds.get(i), gradients.get(i));
    }
    return null;
  }
}
