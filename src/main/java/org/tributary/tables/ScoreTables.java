package org.tributary.tables;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.evaluation.Evaluation;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;

/**
 * The tables that {@code evaluate} writes: {@code evals}, {@code classes}, {@code confusion} and
 * {@code fairness} with one file each, and {@code predictions} with one file for each shard.
 *
 * @param folder of the tables
 * @param labels of the run or the model
 * @param round counted from 1, 0 before training; null for a model that no run made
 */
public record ScoreTables(TablesFolder folder, RunLabels labels, Integer round) {

  /**
   * The evaluations of one model on the rows of one part.
   *
   * @param personal whether the model is a client's own
   * @param whole on all rows; its client owns the model
   * @param clients on each client's rows, in the order of their ids; its client owns the rows.
   *     Empty if the rows belong to no client, and for a client's own model
   */
  public record Scored(boolean personal, Evaluation whole, List<Evaluation> clients) {
    /** The value of the column {@code model}. */
    public String model() {
      return personal ? "personal" : "global";
    }

    /** All evaluations, that on all rows first. */
    public List<Evaluation> all() {
      List<Evaluation> all = new ArrayList<>(List.of(whole));
      all.addAll(clients);
      return all;
    }
  }

  /**
   * The file of a shard's predictions.
   *
   * @param client whose own model it is; null for the global model
   * @param part of the partitioned set
   * @param shard its number, from 0
   * @return its path
   */
  public Path predictions(String client, String part, int shard) {
    String model = client == null ? "global" : "client=" + client;
    return new Path(
        folder.table(PredictionsTable.NAME),
        String.format(Locale.ROOT, "%s.%s.%s-%05d.parquet", folder.run(), model, part, shard));
  }

  /**
   * Writes the tables; those that exist are left as they are.
   *
   * @param store reaches the folder
   * @param scored all models and parts
   * @param classes the model's names of the classes; empty for language models
   * @throws IOException if the file system fails
   */
  public void write(Store store, List<Scored> scored, List<String> classes) throws IOException {
    List<Row> evals = new ArrayList<>();
    List<Row> perClass = new ArrayList<>();
    List<Row> confusion = new ArrayList<>();
    for (Scored one : scored) {
      one.all().forEach(e -> evals.add(EvalsTable.row(labels, round, one.model(), e)));
      perClass.addAll(ClassesTable.rows(labels, round, one.all(), classes));
      confusion.addAll(ConfusionTable.rows(labels, round, one.all(), classes));
    }
    commit(store, ClassesTable.NAME, ClassesTable.SCHEMA, perClass);
    commit(store, ConfusionTable.NAME, ConfusionTable.SCHEMA, confusion);
    commit(store, FairnessTable.NAME, FairnessTable.SCHEMA, fairness(scored));
    commit(store, EvalsTable.NAME, EvalsTable.SCHEMA, evals);
  }

  private List<Row> fairness(List<Scored> scored) {
    List<Row> rows = new ArrayList<>();
    Map<String, List<Evaluation>> personal = new TreeMap<>();
    for (Scored one : scored) {
      rows.addAll(FairnessTable.rows(labels, round, one.model(), one.clients()));
      if (one.personal()) {
        personal.computeIfAbsent(one.whole().part(), p -> new ArrayList<>()).add(one.whole());
      }
    }
    personal.values().forEach(e -> rows.addAll(FairnessTable.rows(labels, round, "personal", e)));
    return rows;
  }

  private void commit(Store store, String table, Schema schema, List<Row> rows) throws IOException {
    Path file = round == null ? folder.file(table) : folder.file(table, round);
    if (!store.exists(file)) {
      store.commit(file, out -> ParquetRows.write(out, schema, rows));
    }
  }
}
