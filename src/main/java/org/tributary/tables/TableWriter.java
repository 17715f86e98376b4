package org.tributary.tables;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.evaluation.Evaluation;
import org.tributary.protocol.ClientReport;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.run.Blueprint;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;

/**
 * Writes the tables of a run, one Parquet file for each table and round; docs/tables.md describes
 * every column. A file that exists is left as it is, except that of the table {@code runs}.
 */
public final class TableWriter {
  private final Store store;
  private final Blueprint blueprint;
  private final RunFolder folder;
  private final RunLabels labels;
  private final TablesFolder tables;
  private final Map<String, Integer> ranks = new TreeMap<>();

  /**
   * For a run.
   *
   * @param store reaches the folder
   * @param folder the run's folder, with its {@code config.yaml}
   * @param blueprint of the run
   * @throws IOException if the file system fails
   */
  public TableWriter(Store store, RunFolder folder, Blueprint blueprint) throws IOException {
    this.store = store;
    this.blueprint = blueprint;
    this.folder = folder;
    tables = TablesFolder.of(store, folder);
    labels = RunLabels.of(store, folder.root(), tables.run(), blueprint.config());
    blueprint.manifest().clients().keySet().forEach(c -> ranks.put(c, blueprint.ranks().of(c)));
  }

  /**
   * Writes the run's row of {@code runs}, or replaces it if a key has changed since. Gives the
   * tables of an earlier version today's columns.
   *
   * @throws IOException if the file system fails
   */
  public void begin() throws IOException {
    new EarlierTables(store, folder, tables, labels).convert();
    Row row =
        RunsTable.row(
            labels, blueprint, RunConfig.stored(store, folder), RunConfig.parameters(blueprint));
    TableFile.replace(store, tables.file(RunsTable.NAME), RunsTable.SCHEMA, List.of(row));
  }

  /**
   * Writes the scores before training, as round 0.
   *
   * @param evaluations of the start
   * @throws IOException if the file system fails
   */
  public void start(List<Evaluation> evaluations) throws IOException {
    evaluations(0, evaluations);
  }

  /**
   * Whether the scores before training are written.
   *
   * @return whether the table {@code evals} has round 0
   * @throws IOException if the file system fails
   */
  public boolean hasStart() throws IOException {
    return store.exists(tables.file(EvalsTable.NAME, 0));
  }

  /**
   * Writes a round's rows of every table.
   *
   * @param summary of the round
   * @param reports of the accepted clients
   * @param weights of the accepted clients
   * @throws IOException if the file system fails
   */
  public void write(RoundSummary summary, List<ClientReport> reports, double[] weights)
      throws IOException {
    int round = summary.round() + 1;
    commit(
        ClientsTable.NAME,
        round,
        ClientsTable.SCHEMA,
        ClientsTable.rows(labels, summary, reports, weights, ranks));
    commit(StepsTable.NAME, round, StepsTable.SCHEMA, StepsTable.rows(labels, summary, reports));
    evaluations(round, summary.evaluations());
    commit(RoundsTable.NAME, round, RoundsTable.SCHEMA, RoundsTable.rows(labels, summary, reports));
  }

  private void evaluations(int round, List<Evaluation> all) throws IOException {
    List<String> classes = blueprint.labels();
    commit(
        ClassesTable.NAME,
        round,
        ClassesTable.SCHEMA,
        ClassesTable.rows(labels, round, all, classes));
    commit(
        ConfusionTable.NAME,
        round,
        ConfusionTable.SCHEMA,
        ConfusionTable.rows(labels, round, all, classes));
    commit(EvalsTable.NAME, round, EvalsTable.SCHEMA, EvalsTable.rows(labels, round, all));
  }

  private void commit(String table, int round, Schema schema, List<Row> rows) throws IOException {
    Path file = tables.file(table, round);
    if (!store.exists(file)) {
      store.commit(file, out -> ParquetRows.write(out, schema, rows));
    }
  }
}
