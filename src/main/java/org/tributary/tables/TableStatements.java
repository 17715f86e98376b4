package org.tributary.tables;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.RunFolder;

/**
 * SQL statements that give the tables of a run, of a comparison, or of all runs and comparisons in
 * a folder a name in Spark or DuckDB.
 *
 * @param pattern the folder of the tables; with {@code *} for those of all folders in a folder
 * @param tables the tables that are there
 */
public record TableStatements(String pattern, List<String> tables) {
  /** The tables that every run has, in the order of docs/tables.md. */
  public static final List<String> TABLES =
      List.of(
          RunsTable.NAME,
          RoundsTable.NAME,
          ClientsTable.NAME,
          StepsTable.NAME,
          EvalsTable.NAME,
          ClassesTable.NAME,
          ConfusionTable.NAME);

  /** The tables that only some comparisons have, and those of analyze. */
  private static final List<String> OPTIONAL =
      List.of(
          SearchesTable.NAME,
          BudgetsTable.NAME,
          StatisticsTable.NAME,
          DriftsTable.NAME,
          LayersTable.NAME,
          SpectraTable.NAME,
          AnglesTable.NAME);

  /**
   * The statements for the tables that every run has.
   *
   * @param pattern see {@link #pattern}
   */
  public TableStatements(String pattern) {
    this(pattern, TABLES);
  }

  /** The tables that are in one of some folders. */
  private static List<String> there(Store store, List<Path> folders) throws IOException {
    List<String> there = new ArrayList<>(TABLES);
    for (String table : OPTIONAL) {
      for (Path folder : folders) {
        if (!there.contains(table) && store.exists(new Path(folder, table))) {
          there.add(table);
        }
      }
    }
    return there;
  }

  /**
   * Finds the tables of a path. A run of a comparison has its tables among the comparison's.
   *
   * @param store reaches it
   * @param path of a run, of a comparison, or of a folder of them
   * @return the statements' source
   * @throws WrongInput if there are no tables
   * @throws IOException if the file system fails
   */
  public static TableStatements of(Store store, Path path) throws IOException {
    Path folder = ComparisonFolder.around(store, path).orElse(path);
    Path own = new RunFolder(folder).tables();
    if (store.exists(new Path(own, RunsTable.NAME))) {
      return new TableStatements(own.toString(), there(store, List.of(own)));
    }
    List<Path> folders = new ArrayList<>();
    for (FileStatus inner : store.exists(path) ? store.list(path) : List.<FileStatus>of()) {
      Path tables = new RunFolder(inner.getPath()).tables();
      if (inner.isDirectory() && store.exists(new Path(tables, RunsTable.NAME))) {
        folders.add(tables);
      }
    }
    if (!folders.isEmpty()) {
      return new TableStatements(
          new Path(path, "*/" + own.getName()).toString(), there(store, folders));
    }
    throw new WrongInput(
        "%s has no tables; name the folder of a run or of a comparison, or one that has such folders"
            .formatted(path));
  }

  /**
   * The statements for Spark SQL.
   *
   * @return one for each table, without semicolons
   */
  public List<String> spark() {
    List<String> statements = new ArrayList<>();
    for (String table : tables) {
      statements.add(
          "CREATE OR REPLACE TEMPORARY VIEW %s AS SELECT * FROM parquet.`%s/%s`"
              .formatted(table, pattern.replace("`", "``"), table));
    }
    return statements;
  }

  /**
   * The statements that register the tables in Spark's catalog, for as long as the catalog lasts.
   *
   * @param database where the tables are registered
   * @return one for each table, without semicolons
   */
  public List<String> catalog(String database) {
    List<String> statements = new ArrayList<>();
    for (String table : tables) {
      statements.add(
          "CREATE OR REPLACE VIEW %s.%s AS SELECT * FROM parquet.`%s/%s`"
              .formatted(database, table, pattern.replace("`", "``"), table));
    }
    return statements;
  }

  /**
   * The statements for DuckDB. Local paths have no scheme there.
   *
   * @return one for each table, without semicolons
   */
  public List<String> duckDb() {
    String files = pattern.replaceFirst("^file:/+", "/").replace("'", "''");
    List<String> statements = new ArrayList<>();
    for (String table : tables) {
      statements.add(
          "CREATE OR REPLACE VIEW %s AS SELECT * FROM read_parquet('%s/%s/*.parquet')"
              .formatted(table, files, table));
    }
    return statements;
  }
}
