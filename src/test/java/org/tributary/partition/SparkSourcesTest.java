package org.tributary.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.Store;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.RawSetFile;
import org.tributary.fixture.Slow;
import org.tributary.rows.Manifest;

/** What Spark reads: tables, queries, and its data sources. */
@Slow
class SparkSourcesTest {
  private static final Store STORE = Store.of(new Configuration(false));

  @RegisterExtension
  static final LocalSpark SPARK = new LocalSpark().with("spark.sql.shuffle.partitions", "3");

  @TempDir static Path shared;
  private static Map<String, String> ofParquet;

  @TempDir Path dir;

  private Manifest run(String format, String train, String... sets) throws IOException {
    PartitionConfig config =
        RawSetFile.config(
            format,
            train,
            dir.resolve("out"),
            List.of("validation=0.2", "partitioner.name=natural", "partitioner.column=site"),
            sets);
    Partitioning.check(STORE, config);
    return Partitioning.run(SPARK.session(), STORE, config).manifest();
  }

  private static Dataset<Row> rows() {
    return SPARK
        .session()
        .sql(
            """
            SELECT concat('s', id % 3) AS site, concat('text ', id) AS text,
                   IF(id % 2 = 0, 'no', 'yes') AS label, id AS n
            FROM range(0, 60, 1, 3)
            """);
  }

  private static Map<String, String> parts(Manifest manifest) {
    Map<String, String> hashes = new TreeMap<>();
    manifest.parts().forEach(part -> hashes.put(part.file(), part.sha256()));
    return hashes;
  }

  /** The parts of the same rows as a Parquet file. */
  private Map<String, String> expected() throws IOException {
    if (ofParquet == null) {
      rows().write().parquet(shared.resolve("rows").toString());
      ofParquet = parts(run("parquet", shared.resolve("rows").toString(), "name=expected"));
    }
    return ofParquet;
  }

  @ParameterizedTest
  @ValueSource(strings = {"orc", "avro", "json"})
  void filesOfSparksDataSources(String format) throws IOException {
    // A folder's name with a character of patterns is no pattern.
    String folder = dir.resolve("rows [1]").toString();
    rows().coalesce(1).write().format(format).save(folder);
    Manifest manifest = run(format, folder, "source.columns=[site, text, label, n]");
    assertThat(parts(manifest)).isEqualTo(expected()).hasSize(6);
    assertThat(manifest.inputs().format()).isEqualTo(format);
    assertThat(manifest.inputs().train().get(0).path()).isEqualTo(folder);
  }

  @Test
  void valuesInNamesOfFoldersAreText() throws IOException {
    rows()
        .selectExpr("text", "label", "n", "IF(site = 's0', '01', '1') AS site")
        .write()
        .partitionBy("site")
        .orc(dir.resolve("rows").toString());
    assertThat(run("orc", dir.resolve("rows").toString()).clients().keySet())
        .containsExactly("01", "1");
  }

  @Test
  void aPartitionedTableAndAQuery() throws IOException {
    SPARK.session().sql("DROP TABLE IF EXISTS tickets");
    SPARK
        .session()
        .sql(
            "CREATE TABLE tickets (text STRING, label STRING, n BIGINT, site STRING) USING parquet PARTITIONED BY (site) LOCATION '%s'"
                .formatted(dir.resolve("tickets").toUri()));
    rows().select("text", "label", "n", "site").write().insertInto("tickets");
    assertThat(dir.resolve("tickets/site=s1")).isDirectory();

    String columns = "source.columns=[site, text, label, n]";
    Manifest table = run("table", "tickets", columns);
    assertThat(parts(table)).isEqualTo(expected());
    assertThat(table.inputs().train().get(0).path()).isEqualTo("tickets");
    Manifest query =
        run(
            "table",
            "SELECT * FROM default.tickets WHERE n < 40",
            "source.test=SELECT * FROM tickets WHERE n >= 40",
            "name=query",
            columns);
    assertThat(query.sources()).containsEntry("train", 40L).containsEntry("test", 20L);
    assertThat(query.test().rows()).isEqualTo(20);
    // Spark's catalog reads files by their path, too.
    assertThat(parts(run("table", "parquet.`%s`".formatted(shared.resolve("rows")), "name=path")))
        .isEqualTo(parts(table));
  }

  @Test
  void aDatabase() throws Exception {
    Path file = dir.resolve("tickets.db");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE tickets AS SELECT concat('s', range % 3) AS site, concat('text ', range) AS text, CASE WHEN range % 2 = 0 THEN 'no' ELSE 'yes' END AS label, range AS n FROM range(60)");
    }
    String[] options = {
      "source.options={url: 'jdbc:duckdb:%s', driver: org.duckdb.DuckDBDriver, fetchsize: 10}"
          .formatted(file),
      "name=table"
    };
    assertThat(parts(run("jdbc", "tickets", options))).isEqualTo(expected());
    options[1] = "name=query";
    assertThat(run("jdbc", "SELECT * FROM tickets WHERE n < 30", options).sources())
        .containsEntry("train", 30L);
    assertThat(Files.readString(dir.resolve("out/query/manifest.json"))).doesNotContain("duckdb");
    options[1] = "name=none";
    refused(
        "jdbc", "no_such_table", "source.train: no_such_table: Spark cannot open it: ", options);
    options[0] = "source.options={url: 'jdbc:nothing:x'}";
    refused("jdbc", "tickets", "source.train: tickets: Spark cannot open it: ", options);
  }

  private void refused(String format, String train, String message, String... sets) {
    assertThatThrownBy(() -> run(format, train, sets))
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1))
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          table  | nothing            | source.train: nothing: Spark cannot open it: [TABLE_OR_VIEW_NOT_FOUND] The table or view `nothing` cannot be found
          table  | a.b.c.d            | source.train: a.b.c.d: Spark cannot open it:
          table  | SELECT x FROM range(3) | [UNRESOLVED_COLUMN.WITH_SUGGESTION]
          table  | SELEC 1            | is neither the name of a table nor an SQL query: [PARSE_SYNTAX_ERROR] Syntax error at or near 'SELEC'
          table  | DROP TABLE tickets | is neither the name of a table nor an SQL query
          table  | SELECT 1; DROP TABLE tickets | source.train: SELECT 1; DROP TABLE tickets: Spark cannot open it
          table  | SELECT 1/0 AS n, 'a' AS label, raise_error('no') AS site | Spark cannot read its rows: no; correct the source
          orc    | no-such-folder     | no-such-folder does not exist; correct the path
          orc    | pom.xml            | source.train: pom.xml: Spark cannot open it:
          nosuch | tickets            | source.format: nosuch: Spark has no data source of this name; pass its jar, with --jars JAR or TRIBUTARY_SPARK_OPTIONS='--packages GROUP:ARTIFACT:VERSION'
          delta  | tickets            | --packages io.delta:delta-spark_2.12:VERSION
          jsonlines | tickets         | did you mean jsonl?
          json   | README.md          | source.train: README.md: Spark cannot open it: Unexpected character
          """)
  void whatCannotBeReadIsToldInOneLine(String format, String train, String message) {
    refused(format, train, message);
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void aStatementIsNotRun() {
    SPARK.session().range(3).createOrReplaceTempView("kept");
    refused("table", "DROP VIEW kept", "is neither the name of a table nor an SQL query");
    refused("table", "CACHE TABLE kept", "is neither the name of a table nor an SQL query");
    assertThat(SPARK.session().catalog().tableExists("kept")).isTrue();
  }
}
