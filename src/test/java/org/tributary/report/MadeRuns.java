package org.tributary.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.tributary.checkpoint.Store;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.run.RunFolder;
import org.tributary.tables.ClientsTable;
import org.tributary.tables.EvalsTable;
import org.tributary.tables.LayersTable;
import org.tributary.tables.RoundsTable;
import org.tributary.tables.RunReport;
import org.tributary.tables.RunsTable;
import org.tributary.tables.SpectraTable;
import org.tributary.tables.StatisticsTable;

/** Folders of runs with tables that a test makes up, without training. */
public final class MadeRuns {
  /** Access to files on this machine. */
  public static final Store STORE = Store.of(new Configuration());

  private final Path folder;
  private String partitions = "none";

  /**
   * Runs in a folder.
   *
   * @param folder of the comparison, or around the runs
   */
  public MadeRuns(Path folder) {
    this.folder = folder;
  }

  /** The files of a comparison. */
  void comparison(String compare) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("compare.yaml"), compare);
    Files.writeString(folder.resolve("train.yaml"), "rounds: 2\n");
  }

  /** The table statistics of runs that were written, with seeds from 1. */
  void statistics(String baseline, int seeds, String... variants) throws IOException {
    List<StatisticsTable.Runs> all = new ArrayList<>();
    for (String variant : variants) {
      Map<String, RunReport> bySeed = new TreeMap<>();
      for (int seed = 1; seed <= seeds; seed++) {
        Path run = folder.resolve(variant + "/seed=" + seed);
        bySeed.put("" + seed, RunReport.of(STORE, new RunFolder(STORE.path(run.toString()))));
      }
      all.add(new StatisticsTable.Runs("set", variant, bySeed));
    }
    StatisticsTable.write(STORE, path(), StatisticsTable.rows(all, baseline));
  }

  /** The partitioned set of all runs: how many rows of each label each client has. */
  void labels(Map<String, Map<String, Long>> clients) throws IOException {
    TreeMap<String, Manifest.Client> all = new TreeMap<>();
    TreeSet<String> labels = new TreeSet<>();
    clients.forEach(
        (id, counts) -> {
          long rows = counts.values().stream().mapToLong(n -> n).sum();
          String file = "client=" + id + "/train/part-00000.parquet";
          Manifest.Part part = new Manifest.Part(file, rows, new TreeMap<>(counts), "00", null);
          all.put(id, new Manifest.Client(part, null, null));
          labels.addAll(counts.keySet());
        });
    Manifest.Inputs inputs =
        new Manifest.Inputs(
            "set",
            0,
            "parquet",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            "label",
            new Manifest.Partitioner("natural", new TreeMap<>()),
            new Manifest.Shares(0, 0),
            null,
            null,
            null);
    Manifest manifest =
        new Manifest(
            Manifest.VERSION,
            inputs,
            Map.of(),
            List.of(new Schema.Column("label", Schema.Type.STRING)),
            List.copyOf(labels),
            all,
            null,
            Map.of(),
            Map.of(),
            new TreeMap<>());
    org.apache.hadoop.fs.Path set = STORE.path(set().toString());
    manifest.write(STORE, set);
    partitions = STORE.sha256(new org.apache.hadoop.fs.Path(set, Manifest.FILE));
  }

  private Path set() {
    return folder.resolveSibling(folder.getFileName() + "-set");
  }

  /**
   * A run, to be completed and written.
   *
   * @param own its folder, such as {@code fedit/seed=1}
   * @param variant its variant
   * @param seed its seed
   * @param bytes that each client sends and receives
   */
  public Run run(String own, String variant, long seed, long bytes) {
    return new Run(own, variant, seed, bytes);
  }

  /** A run to be written. */
  public final class Run {
    private final Path root;
    private final Map<String, Object> labels = new HashMap<>();
    private final List<Map<String, Object>> evals = new ArrayList<>();
    private final List<Map<String, Object>> clients = new ArrayList<>();
    private final List<Map<String, Object>> layers = new ArrayList<>();
    private final List<Map<String, Object>> spectra = new ArrayList<>();
    private final long bytes;
    private String part = "test";
    private String task = "classification";
    private int rounds;

    private Run(String own, String variant, long seed, long bytes) {
      this.bytes = bytes;
      root = folder.resolve(own);
      labels.put("run", own.replace('/', '-') + "-0123abcd");
      labels.put("variant", variant);
      labels.put("trial", own.contains("lr="));
      labels.put("framework", variant);
      labels.put("optimizer", "adamw");
      labels.put("seed", seed);
      labels.put("lr", 0.002);
      labels.put("partition", "set");
    }

    /** Another label. */
    Run label(String column, Object value) {
      labels.put(column, value);
      return this;
    }

    /** A language model, which has a perplexity instead of an accuracy. */
    Run generation() {
      task = "generation";
      return this;
    }

    /** From now on, rounds are scored on validation rows. */
    Run onValidation() {
      part = "validation";
      return this;
    }

    /** A round with a score for its global model. */
    public Run round(double accuracy, double loss, long rows) {
      rounds++;
      score(part, null, accuracy, loss, rows);
      client("0000", null);
      return this;
    }

    /** Scores of the last round: of the global model, or on a client's validation rows. */
    Run score(String part, String client, double accuracy, double loss, long rows) {
      Map<String, Object> row = new HashMap<>(labels);
      row.put("round", rounds);
      row.put("model", "global");
      row.put("part", part);
      row.put("client", client);
      row.put("rows", rows);
      if (task.equals("generation")) {
        row.put("perplexity", Math.exp(loss));
      } else {
        row.put("accuracy", accuracy);
      }
      row.put("loss", loss);
      evals.add(row);
      return this;
    }

    /** A client of the last round; it failed if there is a reason. */
    Run client(String id, String reason) {
      Map<String, Object> row = new HashMap<>(labels);
      row.put("round", rounds);
      row.put("client", id);
      row.put("status", reason == null ? "accepted" : "failed");
      row.put("reason", reason);
      if (reason == null) {
        row.put("bytes_up", bytes);
        row.put("bytes_down", bytes);
        row.put("optimizer_bytes", 8L);
        row.put("loss_mean", 1.5);
      }
      clients.add(row);
      return this;
    }

    /** What analyze measured of the layers of a round: one row for each change. */
    @SafeVarargs
    final Run analyzed(int round, Consumer<Map<String, Object>>... changes) {
      for (int i = 0; i < changes.length; i++) {
        Map<String, Object> row = new HashMap<>(labels);
        row.put("round", round);
        row.put("layer", "layer" + i);
        changes[i].accept(row);
        layers.add(row);
      }
      return this;
    }

    /** The singular values of a layer in a round. */
    Run spectrum(int round, String matrix, double... values) {
      for (int i = 0; i < values.length; i++) {
        Map<String, Object> row = new HashMap<>(labels);
        row.put("round", round);
        row.put("layer", "layer0");
        row.put("matrix", matrix);
        row.put("number", i + 1);
        row.put("value", values[i]);
        spectra.add(row);
      }
      return this;
    }

    /** Sets the round after which the result is taken. */
    Run result(int round) throws IOException {
      Files.createDirectories(root);
      Files.writeString(root.resolve("result.json"), "{\"rounds\": %d}".formatted(round));
      return this;
    }

    /** Writes the folder. */
    public void write() throws IOException {
      write(2);
    }

    /** Writes the folder of a run with that many planned rounds. */
    public void write(int planned) throws IOException {
      Files.createDirectories(root);
      Files.writeString(
          root.resolve("config.yaml"),
          "run: {name: \"%s\", version: 0.1.0, commit: abc, partitions: %s}\nconfig: {data: {path: %s}}\n"
              .formatted(labels.get("run"), partitions, set()));
      Map<String, Object> run = new HashMap<>(labels);
      run.put("model", "tiny");
      run.put("task", task);
      run.put("clients", 2);
      run.put("samples", 10L);
      run.put("rounds", planned);
      run.put(
          "parameters",
          "{\"out\":\"x\",\"seed\":%s,\"framework\":{\"name\":\"%s\"},\"rounds\":%d}"
              .formatted(labels.get("seed"), labels.get("framework"), planned));
      file(RunsTable.NAME, RunsTable.SCHEMA, "", List.of(run));
      for (int round = 0; round <= rounds; round++) {
        String name = String.format(Locale.ROOT, ".round-%05d", round);
        file(EvalsTable.NAME, EvalsTable.SCHEMA, name, of(round, evals));
        if (round > 0) {
          file(ClientsTable.NAME, ClientsTable.SCHEMA, name, of(round, clients));
          file(RoundsTable.NAME, RoundsTable.SCHEMA, name, List.of(closed(round)));
          file(LayersTable.NAME, LayersTable.SCHEMA, name, of(round, layers));
          file(SpectraTable.NAME, SpectraTable.SCHEMA, name, of(round, spectra));
        }
      }
    }

    private List<Map<String, Object>> of(int round, List<Map<String, Object>> rows) {
      return rows.stream().filter(row -> row.get("round").equals(round)).toList();
    }

    private Map<String, Object> closed(int round) {
      List<Map<String, Object>> drawn = of(round, clients);
      long failed = drawn.stream().filter(row -> row.get("status").equals("failed")).count();
      Map<String, Object> row = new HashMap<>(labels);
      row.put("round", round);
      row.put("cohort", drawn.size());
      row.put("accepted", (int) (drawn.size() - failed));
      row.put("failed", (int) failed);
      row.put("steps", 5L);
      row.put("loss", 2.0 / round);
      row.put("bytes_up", bytes * (drawn.size() - failed));
      row.put("bytes_down", bytes * (drawn.size() - failed));
      row.put("seconds_train", 1.0);
      row.put("seconds_merge", 0.5);
      row.put("seconds_evaluate", 0.25);
      row.put("resumed", false);
      return row;
    }

    private void file(String table, Schema schema, String round, List<Map<String, Object>> rows)
        throws IOException {
      boolean compared = Files.exists(folder.resolve("compare.yaml"));
      Path tables = (compared ? folder : root).resolve("tables").resolve(table);
      List<Row> all =
          rows.stream()
              .map(row -> Row.of(schema, schema.names().stream().map(row::get).toArray()))
              .toList();
      Path file = tables.resolve(labels.get("run") + round + ".parquet");
      Files.deleteIfExists(file);
      STORE.commit(
          new org.apache.hadoop.fs.Path(file.toUri()), out -> ParquetRows.write(out, schema, all));
    }
  }

  /** The folder as the store names it. */
  org.apache.hadoop.fs.Path path() throws IOException {
    return STORE.path(folder.toString());
  }

  /** The report about the folder, as text. */
  String html() throws IOException {
    return new HtmlReport(STORE).html(List.of(path()));
  }

  /** The first sentence of the report about the folder. */
  String answer() throws IOException {
    Subject subject = Subject.read(STORE, new HistoryReader(STORE), List.of(path()));
    return new Answer(subject, Ranking.of(subject)).sentence();
  }
}
