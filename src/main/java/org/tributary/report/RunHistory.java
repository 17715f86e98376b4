package org.tributary.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.rows.Row;
import org.tributary.run.Blueprint;

/**
 * What a report uses of a run: its configuration and the rows of its tables.
 *
 * @param folder of the run
 * @param stored its {@code config.yaml}: {@code config} and, under {@code run}, versions and hashes
 * @param runs its row of the table {@code runs}
 * @param rows its rows of the tables of rounds
 * @param result the model or adapter is that after this round, counted from 1; empty if the run has
 *     not ended
 */
record RunHistory(Path folder, JsonNode stored, Row runs, Rows rows, OptionalInt result) {
  /**
   * Rows of a run in the order of the rounds.
   *
   * @param rounds of the table {@code rounds}
   * @param clients of the table {@code clients}
   * @param evals of the table {@code evals}
   * @param layers of the table {@code layers}, of the global model; none without {@code analyze}
   * @param spectra of the table {@code spectra}, of the global model
   */
  record Rows(
      List<Row> rounds, List<Row> clients, List<Row> evals, List<Row> layers, List<Row> spectra) {}

  /** The run's name in the tables. */
  String name() {
    return runs.text("run");
  }

  /** The comparison's variant; else the last part of the run's folder. */
  String variant() {
    return runs.text("variant");
  }

  /** The name of the partitioned set. */
  String partition() {
    return runs.text("partition");
  }

  /** Whether the run only tries a learning rate. */
  boolean trial() {
    return Boolean.parseBoolean(runs.text("trial"));
  }

  /** The seed. */
  long seed() {
    return runs.longAt("seed");
  }

  /** The learning rate. */
  double rate() {
    return runs.doubleAt("lr");
  }

  /** Whether it trains a classifier; else a language model. */
  boolean classifies() {
    return "classification".equals(runs.text("task"));
  }

  /** How many rounds are closed. */
  int closed() {
    return rows.rounds().size();
  }

  /** How many rounds the configuration asks for. */
  int planned() {
    return (int) runs.longAt("rounds");
  }

  /** Whether all rounds are closed, or the run has its result. */
  boolean finished() {
    return result.isPresent() || closed() >= planned();
  }

  /** The rows whose scores a report shows: those of test where there are some. */
  String part() {
    return rows.evals().stream().anyMatch(row -> row.text("part").equals("test"))
        ? "test"
        : "validation";
  }

  /**
   * The evaluation of the result, or the last one if the run has not ended, on the rows that are
   * shown: one row, or one for each personal model.
   */
  List<Row> lastEvaluation() {
    return lastEvaluation(part());
  }

  private List<Row> lastEvaluation(String part) {
    List<Row> whole = rows.evals().stream().filter(row -> isWhole(row, part)).toList();
    long last = whole.stream().mapToLong(row -> row.longAt("round")).max().orElse(-1);
    long shown =
        result.isPresent()
                && whole.stream().anyMatch(row -> row.longAt("round") == result.getAsInt())
            ? result.getAsInt()
            : last;
    return whole.stream().filter(row -> row.longAt("round") == shown).toList();
  }

  /** Whether every client has a model of its own. */
  boolean personal() {
    return rows.evals().stream().anyMatch(row -> row.text("model").equals("personal"));
  }

  /** The score of {@link #lastEvaluation}; with personal models their mean; NaN without a score. */
  double last(Metric metric) {
    return mean(lastEvaluation(), metric);
  }

  /** As {@link #last(Metric)}, on a part. */
  double last(Metric metric, String part) {
    return mean(lastEvaluation(part), metric);
  }

  /** The scores of a part by round; 0 is before training. */
  SortedMap<Integer, Double> scores(Metric metric, String part) {
    SortedMap<Integer, List<Row>> rounds = new TreeMap<>();
    for (Row row : rows.evals()) {
      if (isWhole(row, part) && row.has(metric.column())) {
        rounds.computeIfAbsent((int) row.longAt("round"), r -> new ArrayList<>()).add(row);
      }
    }
    SortedMap<Integer, Double> scores = new TreeMap<>();
    rounds.forEach((round, models) -> scores.put(round, mean(models, metric)));
    return scores;
  }

  /** The clients' training losses by round, weighted as in the merge. */
  SortedMap<Integer, Double> trainingLoss() {
    SortedMap<Integer, Double> losses = new TreeMap<>();
    for (Row row : rows.rounds()) {
      if (!row.isNull("loss")) {
        losses.put((int) row.longAt("round"), row.doubleAt("loss"));
      }
    }
    return losses;
  }

  /**
   * A score for each client after the result's round, or the last one in which it was measured: of
   * its own model, or of the global model on the client's validation rows.
   */
  SortedMap<String, Double> clientScores(Metric metric) {
    SortedMap<String, Double> scores = new TreeMap<>();
    boolean personal = personal();
    for (Row row : rows.evals()) {
      boolean counts =
          personal
              ? row.text("model").equals("personal") && row.text("part").equals(part())
              : row.text("model").equals("global");
      boolean later = result.isPresent() && row.longAt("round") > result.getAsInt();
      if (counts && !later && !row.isNull("client") && row.has(metric.column())) {
        scores.put(row.text("client"), row.doubleAt(metric.column()));
      }
    }
    return scores;
  }

  /** How many rows the last evaluation scored; 0 if there was none. */
  long scoredRows() {
    List<Row> last = lastEvaluation();
    return last.isEmpty() ? 0 : last.get(0).longAt("rows");
  }

  /** Sum of a column of {@code rounds}; NaN if an earlier version did not measure it. */
  double total(String column) {
    return rows.rounds().stream().mapToDouble(row -> number(row, column)).sum();
  }

  /**
   * Mean of a column of {@code clients} over the accepted clients of all rounds; NaN without any.
   */
  double perClient(String column) {
    return rows.clients().stream()
        .filter(row -> row.text("status").equals("accepted"))
        .mapToDouble(row -> number(row, column))
        .average()
        .orElse(Double.NaN);
  }

  private static double number(Row row, String column) {
    return row.isNull(column) ? Double.NaN : row.doubleAt(column);
  }

  /** Whether the run does not federate: one client has all rows, or nothing is sent or received. */
  boolean baseline() {
    boolean pooled =
        runs.longAt("clients") > 1
            && !rows.clients().isEmpty()
            && rows.clients().stream()
                .allMatch(row -> row.text("client").equals(Blueprint.POOLED_CLIENT));
    return pooled || closed() > 0 && total("bytes_up") + total("bytes_down") == 0;
  }

  private static boolean isWhole(Row row, String part) {
    boolean ofClientsRows = row.text("model").equals("global") && !row.isNull("client");
    return row.text("part").equals(part) && !ofClientsRows;
  }

  /** NaN without rows, and also if a model has no finite score: no mean may hide that. */
  private static double mean(List<Row> models, Metric metric) {
    double mean =
        models.stream()
            .filter(row -> row.has(metric.column()))
            .mapToDouble(row -> row.doubleAt(metric.column()))
            .average()
            .orElse(Double.NaN);
    return Double.isFinite(mean) ? mean : Double.NaN;
  }
}
