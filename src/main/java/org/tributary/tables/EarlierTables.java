package org.tributary.tables;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.run.RunFolder;

/**
 * The tables that version 0.1.0 wrote: {@code tables/<table>/run=<run>/round-<round>.parquet},
 * without the columns of {@link RunLabels} and with rounds counted from 0. When such a run is
 * resumed they are converted, so that a folder of tables has one schema.
 */
final class EarlierTables {
  private static final Map<String, Schema> SCHEMAS =
      new TreeMap<>(
          Map.of(
              RoundsTable.NAME, RoundsTable.SCHEMA,
              ClientsTable.NAME, ClientsTable.SCHEMA,
              EvalsTable.NAME, EvalsTable.SCHEMA));

  private final Store store;
  private final RunFolder folder;
  private final TablesFolder tables;
  private final RunLabels labels;

  EarlierTables(Store store, RunFolder folder, TablesFolder tables, RunLabels labels) {
    this.store = store;
    this.folder = folder;
    this.tables = tables;
    this.labels = labels;
  }

  /** The files of a table of a run, in the order of the rounds; none if there are no such files. */
  static List<Path> files(Store store, RunFolder folder, String table) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path run : runs(store, folder, table)) {
      for (FileStatus file : store.list(run)) {
        if (file.getPath().getName().endsWith(".parquet")) {
          files.add(file.getPath());
        }
      }
    }
    files.sort(null);
    return files;
  }

  private static List<Path> runs(Store store, RunFolder folder, String table) throws IOException {
    return store.list(new Path(folder.tables(), table)).stream()
        .map(FileStatus::getPath)
        .filter(path -> path.getName().startsWith("run="))
        .toList();
  }

  /** Writes the rows with today's columns, then removes the old files. */
  void convert() throws IOException {
    for (String table : SCHEMAS.keySet()) {
      for (Path file : files(store, folder, table)) {
        convert(table, file);
      }
      for (Path run : runs(store, folder, table)) {
        store.delete(run);
      }
    }
    if (!tables.root().equals(folder.tables())) {
      store.delete(folder.tables());
    }
  }

  private void convert(String table, Path file) throws IOException {
    List<Row> old = new ArrayList<>();
    try (ParquetReading rows = ParquetRows.read(store, file)) {
      rows.forEachRemaining(old::add);
    }
    String name = file.getName().replaceAll("\\D", "");
    Path target = tables.file(table, Integer.parseInt(name) + 1);
    if (!store.exists(target)) {
      Schema schema = SCHEMAS.get(table);
      List<Row> rows = old.stream().map(row -> converted(schema, row)).toList();
      store.commit(target, out -> ParquetRows.write(out, schema, rows));
    }
  }

  private Row converted(Schema schema, Row old) {
    List<Schema.Column> own = schema.columns().subList(RunLabels.count(), schema.columns().size());
    Object[] values = new Object[own.size()];
    for (int i = 0; i < values.length; i++) {
      int at = old.schema().indexOf(own.get(i).name());
      values[i] = at < 0 ? null : old.value(at);
    }
    String client = old.schema().indexOf("client") < 0 ? null : old.text("client");
    if (own.get(0).name().equals("model")) {
      values[0] = client == null ? "global" : "personal";
    }
    return labels.row(schema, Math.toIntExact(old.longAt("round") + 1), client, values);
  }
}
