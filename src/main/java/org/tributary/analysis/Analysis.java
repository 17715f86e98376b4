package org.tributary.analysis;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.FirstExecutor;
import org.tributary.cluster.Interruptible;
import org.tributary.cluster.SparkJobs;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.json.Yaml;
import org.tributary.run.Blueprint;
import org.tributary.run.Blueprints;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.tables.AnalysisTables;
import org.tributary.tables.LayersTable;
import org.tributary.tables.RunLabels;
import org.tributary.tables.TablesFolder;
import org.tributary.torch.Torch;

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
    AnalyzedRun run = prepared.run();
    SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
    RunSpec central = null;
    if (prepared.central() != null) {
      central =
          RunSpec.of(
              RunConfig.config(store, prepared.central()), prepared.central().root(), hadoop);
    }
    Broadcast<Told> told =
        spark.broadcast(
            new Told(
                RunSpec.of(run.blueprint().config(), run.folder().root(), hadoop),
                central,
                List.copyOf(run.rounds()),
                prepared.settings(),
                run.layers()));
    try {
      SortedMap<Integer, Map<String, LayersTable.Gradient>> gradients = new TreeMap<>();
      if (prepared.settings().gradient() > 0) {
        List<String> found =
            SparkJobs.run(
                spark,
                "the gradients of the rounds",
                () ->
                    spark
                        .parallelize(open, open.size())
                        .map(round -> gradients(told.value(), round))
                        .collect());
        for (int i = 0; i < open.size(); i++) {
          gradients.put(open.get(i), Json.own(found.get(i), Gradients.class).byLayer());
        }
      }
      List<String> layers = run.layers();
      List<String> found =
          SparkJobs.run(
              spark,
              "the layers of the run",
              () ->
                  spark
                      .parallelize(layers, layers.size())
                      .map(layer -> layer(told.value(), layer))
                      .collect());
      List<Layer> measured = found.stream().map(text -> Json.own(text, Layer.class)).toList();
      store.commit(
          new Path(prepared.out(), FILE),
          FileContent.of(identity(prepared).getBytes(StandardCharsets.UTF_8)));
      for (int round : open) {
        int at = run.rounds().indexOf(round);
        prepared
            .tables()
            .write(
                store,
                round,
                measured.stream().map(layer -> layer.rounds().get(at)).toList(),
                gradients.getOrDefault(round, Map.of()));
      }
      return null;
    } finally {
      if (!spark.sc().isStopped()) {
        told.destroy();
      }
    }
  }

  /** What tasks are told. */
  private record Told(
      RunSpec run, RunSpec central, List<Integer> rounds, Settings settings, List<String> layers)
      implements Serializable {}

  /** The result of a layer's task: one entry for each round. */
  private record Layer(List<AnalysisTables.Measured> rounds) {}

  /** The result of a round's task. */
  private record Gradients(Map<String, LayersTable.Gradient> byLayer) {}

  private static String gradients(Told told, int round) throws IOException, InterruptedException {
    Store store = told.run().store();
    Blueprint blueprint = Blueprints.of(store, told.run());
    RunGradients gradients =
        new RunGradients(
            store, told.run().folder(), blueprint, told.layers(), told.settings().dimensions());
    return Json.pretty(new Gradients(gradients.at(round - 1, told.settings().gradient())));
  }

  private static String layer(Told told, String layer) throws IOException {
    Torch.prepareThread(1);
    Store store = told.run().store();
    Blueprint blueprint = Blueprints.of(store, told.run());
    LayerReader reader = new LayerReader(store, told.run().folder(), blueprint, layer);
    LayerReader central = null;
    if (told.central() != null) {
      Blueprint other = Blueprints.of(store, told.central());
      central = new LayerReader(store, told.central().folder(), other, layer);
    }
    int rank = blueprint.lora() == null ? 0 : blueprint.lora().rank();
    LayerMeasures measures =
        new LayerMeasures(
            layer,
            reader.weightNorm(),
            rank,
            told.settings().dimensions(),
            told.settings().values());
    List<AnalysisTables.Measured> rounds = new ArrayList<>();
    for (int round : told.rounds()) {
      rounds.add(measures.of(reader.updates(round, central)));
    }
    return Json.pretty(new Layer(rounds));
  }
}
