package org.tributary.ml;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Row;
import org.tributary.error.WrongInput;
import org.tributary.rows.Manifest;
import org.tributary.rows.Schema;

/**
 * The numbers of rows of a DataFrame by client and class: what can be said about the rows before
 * they are partitioned.
 *
 * @param tuner has the params
 * @param numbers whether classes are numbers
 * @param groups client, class, whether the rows only validate, missing inputs; and the number of
 *     rows
 */
record RowCounts(FederatedFineTuner tuner, boolean numbers, List<Row> groups) {
  /** A classifier has fewer classes. */
  private static final int MOST_CLASSES = 1 << 20;

  /**
   * Refuses rows that nobody can train on.
   *
   * @param skips whether rows without an input are left out, as the configuration says
   * @throws WrongInput naming every problem with its param
   */
  void check(boolean skips) {
    List<String> problems = new ArrayList<>();
    long all = groups.stream().mapToLong(RowCounts::count).sum();
    if (all == 0) {
      throw new WrongInput("%s: the DataFrame has no rows; give it rows".formatted(tuner.uid()));
    }
    empty(problems, all, tuner.clientCol(), 0);
    if (TrainingColumns.classifies(tuner)) {
      empty(problems, all, tuner.labelCol(), 1);
      checkNumbers(problems);
    }
    if (tuner.isDefined(tuner.validationIndicatorCol())) {
      empty(problems, all, tuner.validationIndicatorCol(), 2);
    }
    if (!skips) {
      Map<String, Long> missing = new TreeMap<>();
      groups.stream()
          .filter(group -> !group.getString(3).isEmpty())
          .forEach(
              group -> {
                for (String param : group.getString(3).split(", ")) {
                  missing.merge(param, count(group), Long::sum);
                }
              });
      missing.forEach((param, rows) -> problems.add(lacking(rows, all, param)));
    }
    checkClients(problems);
    if (!problems.isEmpty()) {
      throw WrongInput.all(tuner.uid() + ":", problems);
    }
  }

  private void empty(List<String> problems, long all, Param<String> param, int position) {
    long rows =
        groups.stream()
            .filter(group -> group.isNullAt(position) || isBlank(group.get(position)))
            .mapToLong(RowCounts::count)
            .sum();
    if (rows > 0) {
      problems.add(lacking(rows, all, param.name()));
    }
  }

  private static boolean isBlank(Object value) {
    return value instanceof String text && text.isBlank();
  }

  private String lacking(long rows, long all, String param) {
    return "%s: %d of %d rows have no value in column %s; fill in or remove these rows"
        .formatted(param, rows, all, tuner.getOrDefault(tuner.getParam(param)));
  }

  private void checkClients(List<String> problems) {
    TreeSet<String> clients = new TreeSet<>(rowsOf(0, false).keySet());
    if (clients.isEmpty()) {
      problems.add("clientCol: no row is left to train on; let fewer rows only validate");
    } else if (clients.size() == 1) {
      problems.add(
          "clientCol: all rows to train on have one value in column %s, %s; federated training needs two clients, name the column that says whose row it is"
              .formatted(tuner.getClientCol(), clients.first()));
    }
  }

  private void checkNumbers(List<String> problems) {
    if (!numbers) {
      return;
    }
    rowsOf(1, null).keySet().stream()
        .filter(label -> !isClass(label))
        .findFirst()
        .ifPresent(
            label ->
                problems.add(
                    "labelCol: column %s has %s; number the classes 0, 1, 2, ..., or cast the column to string"
                        .formatted(tuner.getLabelCol(), label)));
  }

  private static boolean isClass(String label) {
    double number = Double.parseDouble(label);
    return number >= 0 && number < MOST_CLASSES && number == Math.rint(number);
  }

  private static long count(Row group) {
    return group.getLong(4);
  }

  /** The numbers of rows by a column, without empty values. */
  private TreeMap<String, Long> rowsOf(int position, Boolean held) {
    TreeMap<String, Long> rows = new TreeMap<>();
    groups.stream()
        .filter(group -> !group.isNullAt(position) && !isBlank(group.get(position)))
        .filter(group -> held == null || held.equals(group.get(2)))
        .forEach(group -> rows.merge(group.getString(position), count(group), Long::sum));
    return rows;
  }

  /**
   * What the manifest of the partitioned rows will say, as far as checks of a run ask.
   *
   * @param columns the kept columns, in order
   * @return without hashes
   */
  Manifest planned(List<String> columns) {
    TreeMap<String, Long> held = rowsOf(0, true);
    TreeMap<String, Manifest.Client> clients = new TreeMap<>();
    rowsOf(0, false)
        .forEach(
            (client, rows) -> {
              long validates = tuner.getValidation() > 0 ? 1 : held.getOrDefault(client, 0L);
              clients.put(
                  client,
                  new Manifest.Client(part(rows), validates > 0 ? part(validates) : null, null));
            });
    String label = TrainingColumns.classifies(tuner) ? tuner.getLabelCol() : null;
    String image = tuner.isDefined(tuner.imageCol()) ? tuner.getImageCol() : null;
    Manifest.Inputs inputs =
        new Manifest.Inputs(
            "planned",
            tuner.getSeed(),
            "dataframe",
            List.of(),
            List.of(),
            List.of(),
            columns,
            label,
            new Manifest.Partitioner("natural", new TreeMap<>()),
            new Manifest.Shares(tuner.getValidation(), tuner.getTest()),
            image,
            null,
            null);
    return new Manifest(
        Manifest.VERSION,
        inputs,
        Map.of(),
        columns.stream().map(name -> new Schema.Column(name, Schema.Type.STRING)).toList(),
        labels(),
        clients,
        tuner.getTest() > 0 ? part(1) : null,
        Map.of(),
        Map.of(),
        new TreeMap<>());
  }

  /** The classes of the rows to train on, as texts, sorted. */
  private List<String> labels() {
    return rowsOf(1, false).keySet().stream()
        .map(label -> numbers ? Integer.toString((int) Double.parseDouble(label)) : label)
        .sorted()
        .toList();
  }

  private static Manifest.Part part(long rows) {
    return new Manifest.Part("planned", rows, null, "planned", null);
  }
}
