package org.tributary.tables;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.ResultRound;
import org.tributary.run.RunFolder;

/**
 * A run in one line, from its tables.
 *
 * @param variant the name of the parent folder, such as a comparison's variant; in a comparison
 *     with several partitioned sets {@code <partition>/<variant>}
 * @param name its folder's name
 * @param framework its framework
 * @param rounds that are closed
 * @param steps of the optimizers of all accepted clients, over all rounds
 * @param rows that the last evaluation scored, by part
 * @param scores of the last evaluation of the result by part and name; with personal models their
 *     means
 * @param bytesUp mean over clients and rounds
 * @param bytesDown mean over clients and rounds
 * @param optimizerBytes mean over clients and rounds
 * @param failed clients that were left out, over all rounds
 * @param seconds of all rounds: training, merging, evaluating
 */
public record RunReport(
    String variant,
    String name,
    String framework,
    int rounds,
    long steps,
    Map<String, Long> rows,
    Map<String, Map<String, Double>> scores,
    double bytesUp,
    double bytesDown,
    double optimizerBytes,
    long failed,
    double seconds) {
  /** The scores that the tables show, if a run has them. */
  private static final List<String> SHOWN =
      List.of(
          "loss", "accuracy", "macro_f1", "perplexity", "bleu4", "rouge_l", "exact_match", "ece");

  /**
   * Reads a run's tables.
   *
   * @param store reaches them
   * @param folder of the run
   * @return the line
   * @throws IOException where the file system fails
   */
  public static RunReport of(Store store, RunFolder folder) throws IOException {
    Sums sums = new Sums(ResultRound.of(store, folder).orElse(Integer.MAX_VALUE));
    each(store, folder, "rounds", sums::round);
    each(store, folder, "clients", sums::client);
    each(store, folder, "evals", sums::evaluation);
    Path root = folder.root();
    Optional<String> place =
        ComparisonFolder.around(store, root).map(around -> ComparisonFolder.place(around, root));
    String parent = root.getParent() == null ? "" : root.getParent().getName();
    return sums.report(
        place.map(p -> p.substring(0, p.lastIndexOf('/'))).orElse(parent), root.getName());
  }

  private static void each(Store store, RunFolder folder, String table, Consumer<Row> consumer)
      throws IOException {
    List<Path> files = TablesFolder.of(store, folder).files(store, table);
    for (Path file : files.isEmpty() ? EarlierTables.files(store, folder, table) : files) {
      try (ParquetReading rows = ParquetRows.read(store, file)) {
        rows.forEachRemaining(consumer);
      }
    }
  }

  /** The sums that are computed while the tables are read. */
  private static final class Sums {
    /** Later evaluations are not of the result. */
    private final int resultRound;

    private String framework = "";
    private int rounds;
    private double seconds;
    private long failed;
    private long accepted;
    private long steps;
    private double up;
    private double down;
    private double optimizer;
    private final Map<String, List<Row>> last = new TreeMap<>();

    Sums(int resultRound) {
      this.resultRound = resultRound;
    }

    void round(Row row) {
      framework = row.text("framework");
      rounds++;
      steps += row.longAt("steps");
      failed += row.longAt("failed");
      seconds +=
          row.doubleAt("seconds_train")
              + row.doubleAt("seconds_merge")
              + row.doubleAt("seconds_evaluate");
    }

    void client(Row row) {
      if (row.text("status").equals("accepted")) {
        accepted++;
        up += row.longAt("bytes_up");
        down += row.longAt("bytes_down");
        optimizer += row.longAt("optimizer_bytes");
      }
    }

    void evaluation(Row row) {
      boolean ofClientsRows =
          row.schema().indexOf("model") >= 0
              && row.text("model").equals("global")
              && !row.isNull("client");
      if (ofClientsRows || row.longAt("round") > resultRound) {
        return;
      }
      List<Row> rows = last.computeIfAbsent(row.text("part"), part -> new ArrayList<>());
      if (!rows.isEmpty() && row.longAt("round") > rows.get(0).longAt("round")) {
        rows.clear();
      }
      rows.add(row);
    }

    RunReport report(String variant, String name) {
      Map<String, Long> rows = new TreeMap<>();
      Map<String, Map<String, Double>> scores = new TreeMap<>();
      last.forEach(
          (part, models) -> {
            rows.put(part, models.get(0).longAt("rows"));
            Map<String, Double> means = new TreeMap<>();
            for (String score : SHOWN) {
              if (models.get(0).has(score)) {
                means.put(
                    score,
                    models.stream().mapToDouble(r -> r.doubleAt(score)).average().orElseThrow());
              }
            }
            scores.put(part, means);
          });
      return new RunReport(
          variant,
          name,
          framework,
          rounds,
          steps,
          rows,
          scores,
          up / accepted,
          down / accepted,
          optimizer / accepted,
          failed,
          seconds);
    }
  }

  /**
   * The same run without its scores, because it has no result.
   *
   * @return a run that counts in no mean
   */
  public RunReport withoutScores() {
    return new RunReport(
        variant,
        name,
        framework,
        rounds,
        steps,
        rows,
        Map.of(),
        bytesUp,
        bytesDown,
        optimizerBytes,
        failed,
        seconds);
  }

  /**
   * A score of the last evaluation.
   *
   * @param part {@code test} or {@code validation}
   * @param score its name
   * @return NaN if there is none
   */
  public double score(String part, String score) {
    return scores.getOrDefault(part, Map.of()).getOrDefault(score, Double.NaN);
  }

  /** The part whose scores are shown: the test rows if there are any. */
  String shownPart() {
    return scores.containsKey("test") || scores.isEmpty()
        ? "test"
        : scores.keySet().iterator().next();
  }

  /**
   * Several runs side by side.
   *
   * @param runs one a row
   * @return lines of text
   */
  public static List<String> table(List<RunReport> runs) {
    List<String> shown = shown(runs);
    List<List<String>> cells = new ArrayList<>();
    List<String> head =
        new ArrayList<>(List.of("run", "framework", "rounds", "steps", "part", "rows"));
    head.addAll(shown);
    head.addAll(List.of("MB up/client", "MB down/client", "MB optimizer", "failed", "seconds"));
    cells.add(head);
    for (RunReport r : runs) {
      String part = r.shownPart();
      List<String> line = new ArrayList<>();
      line.add(r.variant + "/" + r.name);
      line.add(r.framework);
      line.add(Integer.toString(r.rounds));
      line.add(Long.toString(r.steps));
      line.add(part);
      line.add(Long.toString(r.rows.getOrDefault(part, 0L)));
      shown.forEach(score -> line.add(number(r.score(part, score), 4)));
      line.add(number(r.bytesUp / 1e6, 3));
      line.add(number(r.bytesDown / 1e6, 3));
      line.add(number(r.optimizerBytes / 1e6, 3));
      line.add(Long.toString(r.failed));
      line.add(number(r.seconds, 1));
      cells.add(line);
    }
    return TextTable.aligned(cells);
  }

  /**
   * Variants side by side: mean and standard deviation over their seeds.
   *
   * @param runs of several variants and seeds
   * @return lines of text
   */
  public static List<String> overSeeds(List<RunReport> runs) {
    Map<String, List<RunReport>> variants = new LinkedHashMap<>();
    runs.forEach(r -> variants.computeIfAbsent(r.variant, v -> new ArrayList<>()).add(r));
    List<String> shown = shown(runs);
    List<List<String>> cells = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("variant", "seeds"));
    head.addAll(shown);
    cells.add(head);
    variants.forEach(
        (variant, seeds) -> {
          List<String> line = new ArrayList<>(List.of(variant, "" + seeds.size()));
          for (String score : shown) {
            double[] values =
                seeds.stream().mapToDouble(r -> r.score(r.shownPart(), score)).toArray();
            double mean = Arrays.stream(values).average().orElseThrow();
            double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
            double deviation = Math.sqrt(squares / Math.max(1, values.length - 1));
            line.add(number(mean, 4) + " ± " + number(deviation, 4));
          }
          cells.add(line);
        });
    return TextTable.aligned(cells);
  }

  /** The scores that at least one run has. */
  static List<String> shown(List<RunReport> runs) {
    Set<String> there = new LinkedHashSet<>();
    runs.forEach(r -> there.addAll(r.scores.getOrDefault(r.shownPart(), Map.of()).keySet()));
    return SHOWN.stream().filter(there::contains).toList();
  }

  private static String number(double value, int digits) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
