package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.tables.TableStatements;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The job {@code tables}: names for the tables of runs, in Spark's catalog, Spark SQL or DuckDB.
 */
@Command(
    name = "tables",
    description =
        "Prints SQL that names the tables of a run, a comparison or a folder of them; registers them in Spark's catalog.")
public final class TableViews implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      description = "folder of a run or a comparison, or one that has such folders")
  private String path;

  @Option(
      names = "--register",
      paramLabel = "DATABASE",
      description =
          "registers the tables as views of this database of Spark's catalog; they last if the catalog is a metastore (spark.sql.catalogImplementation=hive)")
  private String database;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (database != null && !database.matches("\\w+")) {
      throw new WrongInput(
          "--register %s: give a name of letters, digits and _, such as tributary"
              .formatted(database));
    }
    Store store = Store.of(SparkSessions.hadoop());
    TableStatements statements = TableStatements.of(store, store.path(path));
    PrintWriter out = spec.commandLine().getOut();
    if (database != null) {
      try (SparkSession spark = SparkSessions.open("tables", 1)) {
        spark.sql("CREATE DATABASE IF NOT EXISTS " + database);
        for (String statement : statements.catalog(database)) {
          spark.sql(statement);
          out.println(statement + ";");
        }
      }
      return 0;
    }
    out.println("-- Spark SQL");
    statements.spark().forEach(statement -> out.println(statement + ";"));
    out.println("-- DuckDB");
    statements.duckDb().forEach(statement -> out.println(statement + ";"));
    out.println("-- Then, in both");
    out.println(
        "SELECT variant, seed, round, loss, accuracy, perplexity FROM evals WHERE part = 'test' AND client IS NULL AND NOT trial ORDER BY variant, seed, round;");
    return 0;
  }
}
