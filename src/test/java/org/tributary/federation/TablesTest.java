package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.generation.GenerationRows;
import org.tributary.report.HtmlReport;
import org.tributary.rows.Schema;
import org.tributary.tables.AnglesTable;
import org.tributary.tables.ClassesTable;
import org.tributary.tables.ClientsTable;
import org.tributary.tables.ConfusionTable;
import org.tributary.tables.EvalsTable;
import org.tributary.tables.FairnessTable;
import org.tributary.tables.LayersTable;
import org.tributary.tables.PredictionsTable;
import org.tributary.tables.RoundsTable;
import org.tributary.tables.RunReport;
import org.tributary.tables.RunsTable;
import org.tributary.tables.SpectraTable;
import org.tributary.tables.StepsTable;
import org.tributary.tables.TableStatements;
import org.tributary.tracking.Ending;
import org.tributary.tracking.MlflowDouble;
import org.tributary.tracking.Tracking;

/** docs/tables.md is correct: its files, columns and queries are checked on real runs. */
@Slow
class TablesTest {
  private static final Pattern SQL = Pattern.compile("### (.+)\\R(?s:.*?)```sql\\R((?s).*?)```");

  @TempDir static Path dir;
  private static String page;

  @RegisterExtension
  static final LocalSpark SPARK = new LocalSpark().with("spark.sql.shuffle.partitions", "2");

  private static final Map<String, Schema> SCHEMAS = schemas();

  private static Map<String, Schema> schemas() {
    Map<String, Schema> schemas = new LinkedHashMap<>();
    schemas.put(RunsTable.NAME, RunsTable.SCHEMA);
    schemas.put(RoundsTable.NAME, RoundsTable.SCHEMA);
    schemas.put(ClientsTable.NAME, ClientsTable.SCHEMA);
    schemas.put(StepsTable.NAME, StepsTable.SCHEMA);
    schemas.put(EvalsTable.NAME, EvalsTable.SCHEMA);
    schemas.put(ClassesTable.NAME, ClassesTable.SCHEMA);
    schemas.put(ConfusionTable.NAME, ConfusionTable.SCHEMA);
    return schemas;
  }

  private static Connection duck;
  private static Federation.Outcome fedavg;
  private static Federation.Outcome fedit;

  @BeforeAll
  static void train() throws Exception {
    page = Files.readString(Path.of("docs/tables.md"));
    duck = DriverManager.getConnection("jdbc:duckdb:");
    Tiny tiny = new Tiny(dir, 11, 8, 30);
    Files.writeString(tiny.data().resolve("client=0001/train/part-00000.parquet"), "no Parquet");
    Federation federation = new Federation(SPARK.session(), RoundListener.NONE);
    String[] evaluated = {"evaluate.start=true", "evaluate.parts=[test,validation]"};
    fedavg = federation.train(tiny.config("fedavg", "fedavg", evaluated));
    fedit = federation.train(tiny.config("fedit", "fedit", Tiny.LORA));
    String[] short0 = {"rounds=1", "client.schedule.warmup=0", "data.badRows=skip"};
    federation.train(tiny.config("local", "local", short0));
    new HtmlReport(Tiny.STORE)
        .write(List.of(fedavg.folder().root()), fedavg.folder().report()); // as the job train does
    track(tiny);
    String[] short1 = Stream.of(Tiny.LORA, short0).flatMap(Stream::of).toArray(String[]::new);
    federation.train(tiny.config("local-lora", "local", short1));
    views(fedavg.folder().tables().toString());
  }

  /** Tells both trackers of the run fedavg, as the job train does. */
  private static void track(Tiny tiny) throws IOException {
    try (MlflowDouble server = new MlflowDouble()) {
      String[] trackers = {
        "trackers.tensorboard=true", "trackers.mlflow.url=" + server.url(),
      };
      Tracking tracking = Tracking.of(Tiny.STORE, tiny.config("fedavg", "fedavg", trackers));
      tracking.update();
      tracking.end(Ending.FINISHED);
    }
  }

  /** Reads every table of a folder with both engines. */
  private static void views(String folder) throws SQLException {
    for (String table : SCHEMAS.keySet()) {
      SPARK.session().read().parquet(folder + "/" + table).createOrReplaceTempView(table);
      try (Statement statement = duck.createStatement()) {
        String files = Path.of(URI.create(folder)).resolve(table) + "/**";
        statement.execute(
            "CREATE OR REPLACE VIEW %s AS SELECT * FROM read_parquet('%s')"
                .formatted(table, files));
      }
    }
  }

  @AfterAll
  static void close() throws SQLException {
    duck.close();
  }

  /** The text from a heading to the next heading of its level. */
  private static String section(String heading) {
    String level = heading.substring(0, heading.indexOf(' ') + 1);
    int begin = page.indexOf("\n" + heading + "\n") + heading.length() + 2;
    assertThat(begin).as(heading).isGreaterThan(heading.length() + 1);
    int end = page.indexOf("\n" + level, begin);
    return page.substring(begin, end < 0 ? page.length() : end);
  }

  /** The cells of a section's table. */
  private static List<List<String>> cells(String heading) {
    return cells(heading, "\n### never");
  }

  /** The cells of the tables between a heading and a mark. */
  private static List<List<String>> cells(String heading, String end) {
    return section(heading)
        .split("\n" + Pattern.quote(end.strip()), 2)[0]
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> Stream.of(line.split("\\|")).skip(1).map(String::strip).toList())
        .toList();
  }

  private static String plain(String cell) {
    return cell.replace("`", "");
  }

  private static Stream<String> tables() {
    return SCHEMAS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("tables")
  void everyColumnIsOnThePageAndInTheFileWithItsDescription(String table) throws SQLException {
    List<List<String>> rows = new ArrayList<>(cells("## Tables", "### "));
    rows.addAll(cells("### " + table));
    assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(4));
    List<String> documented = rows.stream().map(TablesTest::described).toList();
    assertThat(documented).doesNotHaveDuplicates();
    assertThat(
            SCHEMAS.get(table).columns().stream()
                .map(c -> "%s: %s [%s]".formatted(c.name(), c.meaning(), c.unit())))
        .containsExactlyElementsOf(documented);
    List<String> inSpark =
        Stream.of(SPARK.session().table(table).schema().fields())
            .map(field -> field.name() + " " + field.dataType().sql().toLowerCase(Locale.ROOT))
            .toList();
    assertThat(inSpark)
        .containsExactlyElementsOf(
            rows.stream().map(row -> plain(row.get(0)) + " " + row.get(1)).toList());
    assertThat(SPARK.session().sql("DESCRIBE " + table).collectAsList())
        .extracting(row -> row.<String>getAs("comment"))
        .containsExactlyElementsOf(
            rows.stream()
                .map(
                    row ->
                        plain(row.get(3))
                            + (row.get(2).isEmpty() ? "" : " [%s]".formatted(row.get(2))))
                .toList());
    assertThat(inDuckDb("DESCRIBE " + table).stream().map(row -> row.get(0)))
        .containsExactlyElementsOf(SCHEMAS.get(table).names());
  }

  @ParameterizedTest
  @ValueSource(strings = {"predictions", "fairness", "layers", "spectra", "angles"})
  void everyColumnOfTheTablesOfOtherJobsIsOnThePage(String table) {
    Schema schema =
        Map.of(
                "predictions", PredictionsTable.SCHEMA,
                "fairness", FairnessTable.SCHEMA,
                "layers", LayersTable.SCHEMA,
                "spectra", SpectraTable.SCHEMA,
                "angles", AnglesTable.SCHEMA)
            .get(table);
    List<List<String>> rows = new ArrayList<>(cells("## Tables", "### "));
    rows.addAll(cells("### " + table, "## "));
    assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(4));
    Map<String, String> types =
        Map.of(
            "STRING", "string", "INT", "int", "LONG", "bigint", "DOUBLE", "double", "BOOLEAN",
            "boolean");
    assertThat(
            schema.columns().stream()
                .map(
                    c ->
                        "%s %s: %s [%s]"
                            .formatted(
                                c.name(), types.get(c.type().name()), c.meaning(), c.unit())))
        .containsExactlyElementsOf(
            rows.stream()
                .map(
                    row ->
                        "%s %s: %s [%s]"
                            .formatted(
                                plain(row.get(0)), row.get(1), plain(row.get(3)), row.get(2)))
                .toList());
  }

  /** A row of the page in the form of the schema. */
  private static String described(List<String> row) {
    return "%s: %s [%s]".formatted(plain(row.get(0)), plain(row.get(3)), row.get(2));
  }

  @Test
  void theColumnsOfGeneratedAnswersAreOnThePage() {
    List<List<String>> rows = cells("## Answers of generate");
    assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(4));
    assertThat(rows.stream().map(row -> plain(row.get(0)) + " " + row.get(1)))
        .containsExactlyElementsOf(
            GenerationRows.ADDED.stream()
                .map(c -> c.name() + " " + c.type().name().toLowerCase())
                .toList());
  }

  @Test
  void columnsAreNullWhereThePageSaysSo() {
    assertThat(nulls("runs", "true")).containsExactly("rank", "round", "client", "epochs");
    assertThat(nulls("rounds", "true")).containsExactly("rank", "client");
    assertThat(nulls("steps", "true")).containsExactly("rank");
    assertThat(nulls("classes", "true")).containsExactly("rank", "client");
    assertThat(nulls("confusion", "true")).containsExactly("rank", "client");
    // A classifier's evaluations: all scores of language models are null.
    List<String> ofLanguageModels =
        List.of(
            "perplexity",
            "generated",
            "bleu4",
            "rouge_l",
            "rouge_l_stemmed",
            "exact_match",
            "truncated_prompts");
    List<String> ofAllRows = new ArrayList<>(List.of("rank", "client"));
    ofAllRows.addAll(ofLanguageModels);
    assertThat(nulls("evals", "client IS NULL")).containsExactlyElementsOf(ofAllRows);
    List<String> ofClientsRows =
        new ArrayList<>(List.of("rank", "seconds", "macro_f1", "micro_f1", "weighted_f1", "ece"));
    ofClientsRows.addAll(ofLanguageModels);
    ofClientsRows.add(ofClientsRows.size() - 1, "truncated_rows");
    assertThat(nulls("evals", "client IS NOT NULL")).containsExactlyElementsOf(ofClientsRows);
    assertThat(nulls("clients", "status = 'accepted'")).containsExactly("rank", "reason");
    List<String> names = ClientsTable.SCHEMA.names();
    List<String> ofFailed = new ArrayList<>(List.of("rank"));
    ofFailed.addAll(names.subList(names.indexOf("attempt"), names.size()));
    assertThat(nulls("clients", "status = 'failed'")).containsExactlyElementsOf(ofFailed);
  }

  private static List<String> nulls(String table, String condition) {
    List<Row> rows = SPARK.session().table(table).where(condition).collectAsList();
    assertThat(rows).isNotEmpty();
    List<String> nulls = new ArrayList<>();
    for (String column : SPARK.session().table(table).columns()) {
      if (rows.stream().anyMatch(row -> row.getAs(column) == null)) {
        nulls.add(column);
      }
    }
    return nulls;
  }

  @Test
  void everyFileIsOnThePageAndEveryKindIsWritten() throws IOException {
    Map<String, Pattern> kinds = new LinkedHashMap<>();
    List<String> lasting = new ArrayList<>();
    for (List<String> row : cells("## Files")) {
      String kind = plain(row.get(0));
      kinds.put(kind, pattern(kind));
      if (!row.get(1).startsWith("while") && !row.get(1).equals("with the job `analyze`")) {
        lasting.add(kind);
      }
    }
    assertThat(kinds).hasSizeGreaterThan(15);
    List<String> seen = new ArrayList<>();
    try (Stream<Path> files = Files.walk(dir.resolve("runs")).filter(Files::isRegularFile)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path path = dir.resolve("runs").relativize(file);
        String name = path.subpath(1, path.getNameCount()).toString();
        List<String> fitting =
            kinds.keySet().stream().filter(k -> kinds.get(k).matcher(name).matches()).toList();
        assertThat(fitting).as(path.toString()).hasSize(1);
        seen.addAll(fitting);
      }
    }
    assertThat(seen).containsAll(lasting);
  }

  /** A path with words for its variable parts, such as {@code lock/<generation>.json}. */
  private static Pattern pattern(String path) {
    Map<String, String> parts =
        Map.of(
            "generation", "\\d{8}",
            "renewal", "\\d+",
            "round", "\\d{5}",
            "client", "\\w+",
            "attempt", "local-\\d+-\\d+",
            "run", "[\\w=-]+-[0-9a-f]{8}",
            "piece", "[^/]+",
            "file", "README\\.md|[a-z_]+\\.(json|safetensors)");
    StringBuilder regex = new StringBuilder();
    Matcher words = Pattern.compile("<(\\w+)>").matcher(path);
    int at = 0;
    while (words.find()) {
      regex.append(Pattern.quote(path.substring(at, words.start())));
      regex.append("(").append(parts.get(words.group(1))).append(")");
      at = words.end();
    }
    return Pattern.compile(regex.append(Pattern.quote(path.substring(at))).toString());
  }

  private static Map<String, String> queries() {
    Map<String, String> queries = new LinkedHashMap<>();
    Matcher blocks = SQL.matcher(section("## Queries"));
    while (blocks.find()) {
      queries.put(blocks.group(1), blocks.group(2));
    }
    return queries;
  }

  /** Runs a query with both engines, checks that the rows are equal, and returns Spark's. */
  private static List<Row> run(String title) throws SQLException {
    String sql = queries().get(title);
    List<Row> rows = SPARK.session().sql(sql).collectAsList();
    List<List<String>> inSpark = new ArrayList<>();
    for (Row row : rows) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        values.add(rounded(row.get(i)));
      }
      inSpark.add(values);
    }
    assertThat(inDuckDb(sql.replace("get_json_object", "json_extract_string")))
        .containsExactlyElementsOf(inSpark);
    return rows;
  }

  private static List<List<String>> inDuckDb(String sql) throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      while (found.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.add(rounded(found.getObject(i)));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  /** The engines add in different orders. */
  private static String rounded(Object value) {
    return value instanceof Double number
        ? String.format(Locale.ROOT, "%.9g", number)
        : String.valueOf(value);
  }

  @Test
  void everyQueryOfThePageIsTestedHere() throws IOException, SQLException {
    int blocks = page.split("```sql", -1).length - 1;
    assertThat(queries()).hasSize(blocks);
    for (String title : queries().keySet()) {
      assertThat(run(title)).as(title).isNotEmpty();
    }
  }

  @Test
  void theQueryOfTheReadmeRunsOnSeveralRuns() throws IOException, SQLException {
    String readme = Files.readString(Path.of("README.md"));
    Matcher query = Pattern.compile("(?m)^    SELECT (?:.*\\R)+?    .*ORDER BY.*$").matcher(readme);
    assertThat(query.find()).isTrue();
    String sql = query.group();
    assertThat(sql).contains("'runs/tickets/*/tables/evals/*.parquet'");
    String folder = Path.of(fedavg.folder().root().toUri()).getParent().toString();
    List<List<String>> rows = inDuckDb(sql.replace("runs/tickets", folder));
    assertThat(rows.stream().map(row -> row.get(0))).contains(fedavg.run(), fedit.run());
    assertThat(query.find()).isFalse();
  }

  @Test
  void theBestRound() throws SQLException {
    List<Row> rows = run("The best round");
    assertThat(rows).hasSize(1);
    double best =
        SPARK
            .session()
            .table("evals")
            .where("part = 'test'")
            .agg(Map.of("accuracy", "max"))
            .head()
            .getDouble(0);
    assertThat(rows.get(0).<Double>getAs("accuracy")).isEqualTo(best).isBetween(0.01, 1.0);
    assertThat(rows.get(0).<String>getAs("run")).isEqualTo(fedavg.run());
  }

  @Test
  void bytesUp() throws SQLException {
    List<Row> rows = run("Bytes up, by client and round");
    assertThat(rows).extracting(row -> row.getAs("client")).containsExactly("0000", "0002");
    long elements =
        Tiny.tensors(fedavg.folder().start()).values().stream().mapToLong(t -> t.elements()).sum();
    for (Row row : rows) {
      assertThat(row.<Long>getAs("rounds")).isEqualTo(3);
      assertThat(row.<Double>getAs("bytes_up_per_round")).isEqualTo(4.0 * elements);
      assertThat(row.<Long>getAs("bytes_up")).isEqualTo(3 * 4 * elements);
    }
  }

  @Test
  void whoFailed() throws SQLException {
    List<Row> rows = run("Failed clients, and why");
    assertThat(rows).hasSize(1);
    Row row = rows.get(0);
    assertThat(row.<String>getAs("client")).isEqualTo("0001");
    assertThat(row.<Long>getAs("times")).isEqualTo(3);
    assertThat(row.<Integer>getAs("first_round")).isEqualTo(1);
    assertThat(row.<Integer>getAs("last_round")).isEqualTo(3);
    assertThat(row.<String>getAs("reason"))
        .contains("client=0001/train/part-00000.parquet has the SHA-256 ");
  }

  @Test
  void theSlowest() throws SQLException {
    List<Row> rows = run("The slowest clients, and how long a round waits for them");
    assertThat(rows).hasSize(2);
    assertThat(rows)
        .allSatisfy(
            row -> {
              double seconds = row.getAs("seconds");
              assertThat(seconds).isPositive();
              assertThat(row.<Double>getAs("longest")).isGreaterThanOrEqualTo(seconds);
              assertThat(row.<Double>getAs("waited")).isPositive();
              assertThat(row.<Double>getAs("steps_per_second"))
                  .isCloseTo(2 / seconds, within(1e-9 / seconds));
            });
    assertThat(rows.get(0).<Double>getAs("seconds"))
        .isGreaterThanOrEqualTo(rows.get(1).<Double>getAs("seconds"));
  }

  @Test
  void losses() throws SQLException {
    List<Row> rows = run("Loss of every client over the rounds");
    assertThat(rows)
        .extracting(row -> row.getAs("client") + " " + row.getAs("round"))
        .containsExactly("0000 1", "0000 2", "0000 3", "0002 1", "0002 2", "0002 3");
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      assertThat(row.<Double>getAs("loss_first")).isPositive();
      Double since = row.getAs("since_last_round");
      if (i % 3 == 0) {
        assertThat(since).isNull();
      } else {
        double before = rows.get(i - 1).getAs("loss_last");
        assertThat(since).isEqualTo(row.<Double>getAs("loss_last") - before);
      }
    }
  }

  @Test
  void severalRuns() throws Exception {
    String runs = fedavg.folder().root().getParent() + "/fed*/tables";
    try {
      views(runs);
      List<Row> rows = run("Several runs side by side");
      assertThat(rows)
          .extracting(row -> row.getAs("run"))
          .containsExactlyInAnyOrder(fedavg.run(), fedit.run());
      for (Row row : rows) {
        boolean first = row.getAs("run").equals(fedavg.run());
        RunReport report = RunReport.of(Tiny.STORE, (first ? fedavg : fedit).folder());
        assertThat(row.<String>getAs("framework")).isEqualTo(report.framework());
        assertThat(row.<Double>getAs("accuracy")).isEqualTo(report.score("test", "accuracy"));
        assertThat(row.<Double>getAs("macro_f1")).isEqualTo(report.score("test", "macro_f1"));
        assertThat(row.<Double>getAs("bytes_up_per_client_and_round")).isEqualTo(report.bytesUp());
        assertThat(row.<Double>getAs("seconds")).isCloseTo(report.seconds(), within(1e-9));
      }
    } finally {
      views(fedavg.folder().tables().toString());
    }
  }

  @Test
  void theJobTablesPrintsStatementsThatBothEnginesRun() throws Exception {
    String runs = Path.of(fedavg.folder().root().toUri()).getParent().toString();
    for (String path : List.of(fedavg.folder().root().toString(), runs)) {
      JobRun job = JobRun.of("tables", path);
      assertThat(job.code()).as(job.err()).isZero();
      String[] parts = job.out().split("-- .*\\R");
      assertThat(parts).hasSize(4);
      try (Statement statement = duck.createStatement()) {
        for (String sql : parts[1].split(";\\R")) {
          SPARK.session().sql(sql);
        }
        for (String sql : parts[2].split(";\\R")) {
          statement.execute(sql);
        }
        String query = parts[3].strip().replace(";", "");
        List<List<String>> rows = inDuckDb(query);
        assertThat(rows)
            .hasSizeGreaterThan(2)
            .hasSize(SPARK.session().sql(query).collectAsList().size());
      } finally {
        views(fedavg.folder().tables().toString());
      }
    }
    assertThat(new TableStatements("file:/a").catalog("x").get(0))
        .isEqualTo("CREATE OR REPLACE VIEW x.runs AS SELECT * FROM parquet.`file:/a/runs`");
    JobRun wrong = JobRun.of("tables", dir.toString());
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("has no tables; name the folder of a run or of a comparison");
  }

  /** The clients' scores, weighted by their rows, equal the scores over all rows. */
  @Test
  void scoresOfClientsAddUpToTheGlobalOnes() {
    List<Row> rows =
        SPARK
            .session()
            .sql(
                "SELECT round, SUM(rows * IF(client IS NULL, 0, 1)) AS rows,"
                    + " MAX(IF(client IS NULL, rows, NULL)) AS all,"
                    + " SUM(IF(client IS NULL, 0, rows * loss)) / MAX(IF(client IS NULL, rows, NULL)) AS loss,"
                    + " MAX(IF(client IS NULL, loss, NULL)) AS expected,"
                    + " SUM(IF(client IS NULL, 0, rows * accuracy)) / MAX(IF(client IS NULL, rows, NULL)) AS accuracy,"
                    + " MAX(IF(client IS NULL, accuracy, NULL)) AS right"
                    + " FROM evals WHERE part = 'validation' GROUP BY round ORDER BY round")
            .collectAsList();
    assertThat(rows).extracting(row -> row.getAs("round")).containsExactly(0, 1, 2, 3);
    for (Row row : rows) {
      assertThat(row.<Long>getAs("rows")).isEqualTo(row.<Long>getAs("all")).isPositive();
      assertThat(row.<Double>getAs("loss")).isCloseTo(row.getAs("expected"), within(1e-9));
      assertThat(row.<Double>getAs("accuracy")).isCloseTo(row.getAs("right"), within(1e-12));
    }
  }

  /**
   * The confusion matrix gives the evaluation's accuracy, and the F1 of the classes its macro F1.
   */
  @Test
  void theConfusionMatrixAndTheClassesAgreeWithTheScores() {
    List<Row> rows =
        SPARK
            .session()
            .sql(
                "SELECT e.round, e.rows, e.accuracy, e.macro_f1, c.rows AS cells, c.right, f.f1"
                    + " FROM evals e"
                    + " JOIN (SELECT round, part, SUM(rows) AS rows, SUM(IF(label = predicted, rows, 0)) AS right"
                    + "   FROM confusion GROUP BY round, part) c USING (round, part)"
                    + " JOIN (SELECT round, part, AVG(f1) AS f1 FROM classes GROUP BY round, part) f USING (round, part)"
                    + " WHERE e.client IS NULL")
            .collectAsList();
    assertThat(rows).hasSize(8);
    for (Row row : rows) {
      assertThat(row.<Long>getAs("cells")).isEqualTo(row.<Long>getAs("rows"));
      double right = row.<Long>getAs("right");
      assertThat(right / row.<Long>getAs("rows")).isEqualTo(row.<Double>getAs("accuracy"));
      assertThat(row.<Double>getAs("f1")).isCloseTo(row.getAs("macro_f1"), within(1e-12));
    }
  }

  /** Two steps per round: both are reported, as the first and the last one. */
  @Test
  void stepsHaveTheLossesOfTheClients() {
    List<Row> rows =
        SPARK
            .session()
            .sql(
                "SELECT c.loss_first, c.loss_last, MIN_BY(s.loss, s.step) AS first, MAX_BY(s.loss, s.step) AS last"
                    + " FROM clients c JOIN steps s USING (run, round, client)"
                    + " GROUP BY c.round, c.client, c.loss_first, c.loss_last")
            .collectAsList();
    assertThat(rows).hasSize(6);
    for (Row row : rows) {
      assertThat(row.<Double>getAs("first")).isEqualTo(row.<Double>getAs("loss_first"));
      assertThat(row.<Double>getAs("last")).isEqualTo(row.<Double>getAs("loss_last"));
    }
  }
}
