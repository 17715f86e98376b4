package org.tributary.partition;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.package$;
import org.apache.spark.sql.execution.datasources.DataSource;
import org.apache.spark.sql.execution.datasources.FileFormat;
import org.apache.spark.sql.execution.datasources.v2.FileDataSourceV2;
import org.apache.spark.sql.internal.SQLConf;
import org.tributary.config.PartitionConfig.Source;
import org.tributary.error.WrongInput;

/** A data source of Spark by its name. It is looked up without a session. */
final class SparkFormat {
  /** The names that are shown. */
  static final List<String> KNOWN =
      List.of("orc", "avro", "json", "text", "binaryFile", "jdbc", "delta", "iceberg");

  /** The packages of data sources that Spark does not bring. */
  private static final Map<String, String> PACKAGES =
      Map.of(
          "avro", "org.apache.spark:spark-avro_2.12:" + package$.MODULE$.SPARK_VERSION(),
          "delta", "io.delta:delta-spark_2.12:VERSION",
          "iceberg", "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:VERSION");

  private SparkFormat() {}

  /**
   * Checks that Spark has the data source.
   *
   * @param format value of {@code source.format}
   * @throws WrongInput if it has not
   */
  static void require(String format) {
    if (find(format).isEmpty()) {
      String meant =
          Source.FILES.stream()
              .filter(format.toLowerCase(Locale.ROOT)::startsWith)
              .findFirst()
              .map(name -> "; did you mean " + name + "?")
              .orElse("");
      String jar = PACKAGES.getOrDefault(format.toLowerCase(Locale.ROOT), "GROUP:ARTIFACT:VERSION");
      throw new WrongInput(
          "source.format: %s: Spark has no data source of this name; pass its jar, with --jars JAR or TRIBUTARY_SPARK_OPTIONS='--packages %s'; other formats are %s, table%s"
              .formatted(format, jar, String.join(", ", Source.FILES), meant));
    }
  }

  /** Whether {@code source.train} is a path of files, which Spark lists. */
  static boolean isOfPaths(String format) {
    return find(format)
        .filter(
            type ->
                FileFormat.class.isAssignableFrom(type)
                    || FileDataSourceV2.class.isAssignableFrom(type))
        .isPresent();
  }

  /** Whether {@code source.train} is a table or a query of a database. */
  static boolean isDatabase(String format) {
    return format.equalsIgnoreCase("jdbc");
  }

  private static Optional<Class<?>> find(String format) {
    try {
      return Optional.of(DataSource.lookupDataSource(format, SQLConf.get()));
    } catch (Exception | LinkageError e) { // Scala declares no checked exceptions.
      return Optional.empty();
    }
  }
}
