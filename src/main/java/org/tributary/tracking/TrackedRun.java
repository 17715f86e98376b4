package org.tributary.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.tables.ClientsTable;
import org.tributary.tables.EvalsTable;
import org.tributary.tables.RoundsTable;
import org.tributary.tables.TablesFolder;

/**
 * A run as trackers see it. Everything is read from files that never change, so that trackers get
 * the same numbers whether they follow the run, or catch up after it was stopped. Rounds that were
 * read are kept.
 */
final class TrackedRun {
  private final Store store;
  private final RunFolder folder;
  private final TablesFolder tables;
  private final JsonNode stored;
  private final long begun;
  private final List<TrackedRound> rounds = new ArrayList<>();
  private int next;

  /**
   * A run that has begun to write tables.
   *
   * @param store reaches its files
   * @param folder of the run
   * @throws IOException if the file system fails
   */
  TrackedRun(Store store, RunFolder folder) throws IOException {
    this.store = store;
    this.folder = folder;
    tables = TablesFolder.of(store, folder);
    stored = RunConfig.stored(store, folder);
    begun = store.status(folder.config()).getModificationTime();
  }

  /** The run's folder. */
  RunFolder folder() {
    return folder;
  }

  /** A name for people: {@code <variant>/seed=<seed>} in a comparison, else the folder's name. */
  String name() throws IOException {
    return ComparisonFolder.around(store, folder.root())
        .map(comparison -> ComparisonFolder.place(comparison, folder.root()))
        .orElse(folder.root().getName());
  }

  /** The effective configuration of the first start. */
  JsonNode config() {
    return stored.path("config");
  }

  /** The run's name in the tables, versions and hashes. */
  JsonNode facts() {
    return stored.path("run");
  }

  /** When the run began, in milliseconds since 1970. */
  long begun() {
    return begun;
  }

  /**
   * Reads the rounds that are done. A round is done if the table {@code rounds} has it, because
   * that is written last.
   *
   * @return in their order, beginning with the scores before training if there are some
   * @throws IOException if the file system fails
   */
  List<TrackedRound> rounds() throws IOException {
    if (next == 0) {
      if (store.exists(tables.file(EvalsTable.NAME, 0))) {
        SortedMap<String, Double> start = RoundScalars.ofEvaluations(rows(EvalsTable.NAME, 0));
        if (!start.isEmpty()) {
          rounds.add(new TrackedRound(0, begun, start));
        }
      }
      next = 1;
    }
    while (store.exists(tables.file(RoundsTable.NAME, next))) {
      rounds.add(read(next));
      next++;
    }
    return List.copyOf(rounds);
  }

  private TrackedRound read(int round) throws IOException {
    Row closed = rows(RoundsTable.NAME, round).get(0);
    SortedMap<String, Double> scalars = RoundScalars.ofRound(closed);
    scalars.putAll(RoundScalars.ofClients(round, rows(ClientsTable.NAME, round), config()));
    scalars.putAll(RoundScalars.ofEvaluations(rows(EvalsTable.NAME, round)));
    // The earliest version did not write when a round was done, but when its file was written.
    long millis =
        closed.isNull("ended_at")
            ? store.status(tables.file(RoundsTable.NAME, round)).getModificationTime()
            : Instant.parse(closed.text("ended_at")).toEpochMilli();
    return new TrackedRound(round, millis, scalars);
  }

  private List<Row> rows(String table, int round) throws IOException {
    List<Row> rows = new ArrayList<>();
    Path file = tables.file(table, round);
    try (ParquetReading reading = ParquetRows.read(store, file)) {
      reading.forEachRemaining(rows::add);
    }
    return rows;
  }
}
