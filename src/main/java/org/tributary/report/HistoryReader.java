package org.tributary.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.run.ResultRound;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.tables.ClientsTable;
import org.tributary.tables.EvalsTable;
import org.tributary.tables.LayersTable;
import org.tributary.tables.RoundsTable;
import org.tributary.tables.RunsTable;
import org.tributary.tables.SpectraTable;
import org.tributary.tables.TablesFolder;

/**
 * Reads the tables of runs. A file of a round never changes, so it is read once, however many
 * reports a reader makes.
 */
final class HistoryReader {
  private final Store store;
  private final Map<Path, List<Row>> known = new HashMap<>();

  HistoryReader(Store store) {
    this.store = store;
  }

  /**
   * The runs that have begun to write tables, in the given order.
   *
   * @param folders with {@code config.yaml}
   * @throws IOException if the file system fails
   */
  List<RunHistory> read(List<RunFolder> folders) throws IOException {
    Map<Path, Map<String, List<Path>>> listed = new HashMap<>();
    List<RunHistory> runs = new ArrayList<>();
    for (RunFolder folder : folders) {
      run(folder, listed).ifPresent(runs::add);
    }
    return runs;
  }

  private Optional<RunHistory> run(RunFolder folder, Map<Path, Map<String, List<Path>>> listed)
      throws IOException {
    JsonNode stored = RunConfig.stored(store, folder);
    TablesFolder tables = TablesFolder.of(store, folder);
    Path own = tables.file(RunsTable.NAME);
    if (!store.exists(own)) {
      return Optional.empty();
    }
    RunHistory.Rows rows =
        new RunHistory.Rows(
            rows(tables, RoundsTable.NAME, listed),
            rows(tables, ClientsTable.NAME, listed),
            rows(tables, EvalsTable.NAME, listed),
            ofGlobalModel(rows(tables, LayersTable.NAME, listed)),
            ofGlobalModel(rows(tables, SpectraTable.NAME, listed)));
    return Optional.of(
        new RunHistory(
            folder.root(), stored, file(own).get(0), rows, ResultRound.of(store, folder)));
  }

  private static List<Row> ofGlobalModel(List<Row> rows) {
    return rows.stream().filter(row -> row.isNull("client")).toList();
  }

  private List<Row> rows(
      TablesFolder tables, String table, Map<Path, Map<String, List<Path>>> listed)
      throws IOException {
    Path folder = tables.table(table);
    if (!listed.containsKey(folder)) {
      listed.put(folder, TablesFolder.filesByRun(store, tables.root(), table));
    }
    List<Row> rows = new ArrayList<>();
    for (Path file : listed.get(folder).getOrDefault(tables.run(), List.of())) {
      if (!known.containsKey(file)) {
        known.put(file, file(file));
      }
      rows.addAll(known.get(file));
    }
    return rows;
  }

  private List<Row> file(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (ParquetReading reading = ParquetRows.read(store, file)) {
      reading.forEachRemaining(rows::add);
    }
    return rows;
  }
}
