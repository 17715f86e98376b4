package org.tributary.partition;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.parser.ParserInterface;
import org.apache.spark.sql.execution.SparkSqlParser;
import org.tributary.checkpoint.Store;
import org.tributary.checkpoint.StoreTrouble;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;

/**
 * Opens the sets of a configuration as DataFrames: tables and queries of the session's catalog, and
 * what Spark's data sources read.
 */
final class SparkFrames {
  /** Whether Spark guesses a type from values in the names of folders: 01 and 1 would be one. */
  private static final String GUESS_TYPES =
      "spark.sql.sources.partitionColumnTypeInference.enabled";

  private final SparkSession spark;
  private final Store store;
  private final PartitionConfig.Source source;

  /**
   * Creates it for a source.
   *
   * @param spark the session
   * @param store file system of files that Spark lists
   * @param source format, tables or paths, and options
   */
  SparkFrames(SparkSession spark, Store store, PartitionConfig.Source source) {
    this.spark = spark;
    this.store = store;
    this.source = source;
  }

  /**
   * Opens all sets.
   *
   * @return DataFrames by set
   * @throws WrongInput if there is no such data source, table, column or path
   */
  Map<String, Frame> open() throws IOException {
    if (!source.format().equals(PartitionConfig.Source.TABLE)) {
      SparkFormat.require(source.format());
    }
    Map<String, Frame> frames = new LinkedHashMap<>();
    for (Map.Entry<String, String> set : source.sets().entrySet()) {
      String key = "source." + set.getKey();
      frames.put(set.getKey(), Frame.configured(key, set.getValue(), open(key, set.getValue())));
    }
    return frames;
  }

  private Dataset<Row> open(String key, String given) throws IOException {
    try {
      if (source.format().equals(PartitionConfig.Source.TABLE)) {
        return isName(given) ? spark.table(given) : query(given);
      }
      return load(given);
    } catch (Exception e) { // Scala declares no checked exceptions.
      throw refused(key, given, e);
    }
  }

  private boolean isName(String given) {
    try {
      parser().parseMultipartIdentifier(given);
      return true;
    } catch (Exception e) { // Scala declares no checked exceptions.
      return false;
    }
  }

  /** Spark would run any statement, such as DROP TABLE, at once. */
  private Dataset<Row> query(String sql) {
    try {
      // The parser of an extension may take statements here, too.
      new SparkSqlParser().parseQuery(sql);
      parser().parseQuery(sql);
    } catch (Exception e) { // Scala declares no checked exceptions.
      throw new WrongInput(
          "is neither the name of a table nor an SQL query: " + firstLine(e.getMessage()), e);
    }
    return spark.sql(sql);
  }

  private ParserInterface parser() {
    return spark.sessionState().sqlParser();
  }

  private Dataset<Row> load(String given) throws IOException {
    if (!SparkFormat.isOfPaths(source.format())) {
      DataFrameReader reader = reader(spark);
      return SparkFormat.isDatabase(source.format())
          ? reader.option(isName(given) ? "dbtable" : "query", given).load()
          : reader.load(given);
    }
    Path path = store.path(given);
    if (!store.exists(path)) {
      throw new WrongInput("%s does not exist; correct the path".formatted(path));
    }
    return reader(RawReader.sessionWith(spark, GUESS_TYPES, false)).load(SourceFiles.pattern(path));
  }

  private DataFrameReader reader(SparkSession session) {
    DataFrameReader reader = session.read().format(source.format());
    if (SparkFormat.isOfPaths(source.format())) {
      reader.option("mode", "FAILFAST"); // else a row that cannot be read becomes nulls
    }
    source.options().forEach((name, value) -> reader.option(name, value.toString()));
    return reader;
  }

  private RuntimeException refused(String key, String given, Exception e) throws IOException {
    if (e instanceof WrongInput wrong) {
      return new WrongInput("%s: %s: %s".formatted(key, given, wrong.getMessage()), e);
    }
    if (StoreTrouble.in(e, key + ": " + given).isPresent()) {
      throw StoreTrouble.in(e, key + ": " + given).get();
    }
    return new WrongInput(
        "%s: %s: Spark cannot open it: %s; correct the %s"
            .formatted(
                key,
                given,
                reason(e),
                source.format().equals(PartitionConfig.Source.TABLE)
                    ? "name or the query, or set the catalog that has the table with --conf"
                    : "source, its options or its format"),
        e);
  }

  /** The first line of the reason, without the plan that Spark adds. */
  static String reason(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && !(root instanceof AnalysisException)) {
      root = root.getCause();
    }
    String message =
        root instanceof AnalysisException analysis
            ? analysis.getSimpleMessage()
            : root.getMessage() == null ? root.toString() : root.getMessage();
    String line = firstLine(message);
    return root instanceof ClassNotFoundException ? "there is no class " + line : line;
  }

  private static String firstLine(String message) {
    return message.strip().lines().findFirst().orElse("").replaceAll("[.;\\s]+$", "");
  }
}
