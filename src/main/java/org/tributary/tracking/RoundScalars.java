package org.tributary.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.optim.Schedule;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;

/**
 * The scalars of a round, from its rows of the tables {@code rounds}, {@code clients} and {@code
 * evals}. docs/tables.md lists them.
 */
final class RoundScalars {
  /** Columns of the table {@code rounds}, by the scalar's name. */
  private static final Map<String, String> OF_ROUNDS =
      new TreeMap<>(
          Map.of(
              "train/loss", "loss",
              "bytes/up", "bytes_up",
              "bytes/down", "bytes_down",
              "clients/accepted", "accepted",
              "clients/failed", "failed",
              "seconds/train", "seconds_train",
              "seconds/merge", "seconds_merge",
              "seconds/evaluate", "seconds_evaluate"));

  /** The columns of evals that are no scores. */
  private static final List<String> NO_SCORES = List.of("model", "part", "rows", "seconds");

  private RoundScalars() {}

  /** The scalars of the table {@code rounds}. */
  static SortedMap<String, Double> ofRound(Row row) {
    SortedMap<String, Double> scalars = new TreeMap<>();
    OF_ROUNDS.forEach(
        (name, column) -> {
          if (!row.isNull(column)) {
            scalars.put(name, row.doubleAt(column));
          }
        });
    return scalars;
  }

  /**
   * The scores of each part: of the global model, or the mean over the clients' own models. Scores
   * on single clients' rows are left out.
   *
   * @param rows of one round of the table {@code evals}
   */
  static SortedMap<String, Double> ofEvaluations(List<Row> rows) {
    SortedMap<String, List<Double>> values = new TreeMap<>();
    for (Row row : rows) {
      boolean ofClientsRows = row.text("model").equals("global") && !row.isNull("client");
      if (ofClientsRows) {
        continue;
      }
      List<Schema.Column> columns = row.schema().columns();
      int own = row.schema().indexOf("model");
      for (Schema.Column column : columns.subList(own, columns.size())) {
        if (!NO_SCORES.contains(column.name()) && !row.isNull(column.name())) {
          values
              .computeIfAbsent(row.text("part") + "/" + column.name(), n -> new ArrayList<>())
              .add(row.doubleAt(column.name()));
        }
      }
    }
    SortedMap<String, Double> means = new TreeMap<>();
    values.forEach(
        (name, all) ->
            means.put(name, all.stream().mapToDouble(Double::doubleValue).average().orElseThrow()));
    return means;
  }

  /**
   * The learning rate and the gradient's norm of the accepted clients.
   *
   * @param round counted from 1
   * @param rows of one round of the table {@code clients}
   * @param config the run's effective configuration
   */
  static SortedMap<String, Double> ofClients(int round, List<Row> rows, JsonNode config) {
    List<Row> accepted =
        rows.stream().filter(row -> row.text("status").equals("accepted")).toList();
    SortedMap<String, Double> scalars = new TreeMap<>();
    accepted.stream()
        .filter(row -> !row.isNull("gradient_norm"))
        .mapToDouble(row -> row.doubleAt("gradient_norm"))
        .average()
        .ifPresent(norm -> scalars.put("train/gradient_norm", norm));
    accepted.stream()
        .filter(row -> !row.isNull("steps"))
        .mapToLong(row -> row.longAt("steps"))
        .max()
        .ifPresent(steps -> scalars.put("train/lr", rate(config, round, steps)));
    return scalars;
  }

  /** The learning rate of the last step of a client that takes so many steps in each round. */
  private static double rate(JsonNode config, int round, long steps) {
    JsonNode client = config.path("client");
    JsonNode schedule = client.path("schedule");
    return new Schedule(
            schedule.path("name").asText("constant"),
            client.path("optimizer").path("lr").asDouble(),
            schedule.path("warmup").asLong(0),
            steps * config.path("rounds").asLong())
        .at(steps * round - 1);
  }
}
