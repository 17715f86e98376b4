package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.generation.GenerationRows;
import org.tributary.rows.Schema;

/** docs/tables.md is true: its files, its columns and its queries, on real runs. */
@Slow
class TablesTest {
  private static final Pattern SQL = Pattern.compile("### (.+)\\R(?s:.*?)```sql\\R((?s).*?)```");

  @TempDir static Path dir;
  private static String page;

  @RegisterExtension
  static final LocalSpark SPARK = new LocalSpark().with("spark.sql.shuffle.partitions", "2");

  private static Federation.Outcome fedavg;
  private static Federation.Outcome fedit;

  @BeforeAll
  static void train() throws Exception {
    page = Files.readString(Path.of("docs/tables.md"));
    Tiny tiny = new Tiny(dir, 11, 8, 30);
    Files.writeString(tiny.data().resolve("client=0001/train/part-00000.parquet"), "no Parquet");
    Federation federation = new Federation(SPARK.session(), RoundListener.NONE);
    fedavg = federation.train(tiny.config("fedavg", "fedavg"));
    fedit = federation.train(tiny.config("fedit", "fedit", Tiny.LORA));
    String[] short0 = {"rounds=1", "client.schedule.warmup=0", "data.badRows=skip"};
    federation.train(tiny.config("local", "local", short0));
    String[] short1 = Stream.of(Tiny.LORA, short0).flatMap(Stream::of).toArray(String[]::new);
    federation.train(tiny.config("local-lora", "local", short1));
    for (String table : List.of("rounds", "clients", "evals")) {
      SPARK
          .session()
          .read()
          .parquet(fedavg.folder().tables() + "/" + table)
          .createOrReplaceTempView(table);
    }
  }

  /** The text from a heading to the next one of its level. */
  private static String section(String heading) {
    String level = heading.substring(0, heading.indexOf(' ') + 1);
    int begin = page.indexOf("\n" + heading + "\n") + heading.length() + 2;
    assertThat(begin).as(heading).isGreaterThan(heading.length() + 1);
    int end = page.indexOf("\n" + level, begin);
    return page.substring(begin, end < 0 ? page.length() : end);
  }

  /** The cells of a section's table. */
  private static List<List<String>> cells(String heading) {
    return section(heading)
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> Stream.of(line.split("\\|")).skip(1).map(String::strip).toList())
        .toList();
  }

  private static String plain(String cell) {
    return cell.replace("`", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rounds", "clients", "evals"})
  void everyColumnIsOnThePageAndNoOther(String table) {
    Schema schema =
        Map.of("rounds", Tables.ROUNDS, "clients", Tables.CLIENTS, "evals", Tables.EVALS)
            .get(table);
    List<List<String>> rows = cells("### " + table);
    assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(4));
    assertThat(rows).allSatisfy(row -> assertThat(row.get(3)).isNotEmpty());
    List<String> documented =
        rows.stream().map(row -> plain(row.get(0)) + " " + row.get(1)).toList();
    assertThat(documented.stream().map(d -> d.substring(0, d.indexOf(' '))))
        .containsExactlyElementsOf(schema.names());
    List<String> written =
        Stream.of(SPARK.session().table(table).schema().fields())
            .map(field -> field.name() + " " + field.dataType().sql().toLowerCase())
            .toList();
    assertThat(written.get(written.size() - 1)).isEqualTo("run string");
    assertThat(documented).isEqualTo(written.subList(0, written.size() - 1));
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
    assertThat(nulls("rounds", "true")).isEmpty();
    // A classifier's evaluations: what a language model is scored by is null, all of it.
    assertThat(nulls("evals", "true"))
        .containsExactly(
            "client",
            "perplexity",
            "generated",
            "bleu4",
            "rouge_l",
            "rouge_l_stemmed",
            "exact_match",
            "truncated_prompts");
    assertThat(nulls("clients", "status = 'accepted'")).containsExactly("reason");
    assertThat(nulls("clients", "status = 'failed'"))
        .containsExactlyElementsOf(
            Tables.CLIENTS.names().subList(4, Tables.CLIENTS.names().size()));
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
      if (!row.get(1).startsWith("while")) {
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
            "run", "[\\w-]+-[0-9a-f]{8}",
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

  private static List<Row> run(String title) {
    String sql =
        queries()
            .get(title)
            .replace("runs/wordnet/fedavg", fedavg.folder().root().toString())
            .replace("runs/wordnet/fedit", fedit.folder().root().toString());
    return SPARK.session().sql(sql).collectAsList();
  }

  @Test
  void everyQueryOfThePageIsTestedHere() {
    int blocks = page.split("```sql", -1).length - 1;
    assertThat(queries()).hasSize(blocks);
    assertThat(queries().keySet())
        .containsExactly(
            "The best round",
            "Bytes up, by client and round",
            "Failed clients, and why",
            "The slowest clients, and how long a round waits for them",
            "Loss of every client over the rounds",
            "Several runs side by side");
  }

  @Test
  void theBestRound() {
    List<Row> rows = run("The best round");
    assertThat(rows).hasSize(1);
    double best = SPARK.session().table("evals").agg(Map.of("accuracy", "max")).head().getDouble(0);
    assertThat(rows.get(0).<Double>getAs("accuracy")).isEqualTo(best).isBetween(0.01, 1.0);
    assertThat(rows.get(0).<String>getAs("run")).isEqualTo(fedavg.run());
  }

  @Test
  void bytesUp() {
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
  void whoFailed() {
    List<Row> rows = run("Failed clients, and why");
    assertThat(rows).hasSize(1);
    Row row = rows.get(0);
    assertThat(row.<String>getAs("client")).isEqualTo("0001");
    assertThat(row.<Long>getAs("times")).isEqualTo(3);
    assertThat(row.<Integer>getAs("first_round")).isEqualTo(0);
    assertThat(row.<Integer>getAs("last_round")).isEqualTo(2);
    assertThat(row.<String>getAs("reason"))
        .contains("client=0001/train/part-00000.parquet has the SHA-256 ");
  }

  @Test
  void theSlowest() {
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
  void losses() {
    List<Row> rows = run("Loss of every client over the rounds");
    assertThat(rows)
        .extracting(row -> row.getAs("client") + " " + row.getAs("round"))
        .containsExactly("0000 0", "0000 1", "0000 2", "0002 0", "0002 1", "0002 2");
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
  void severalRuns() throws IOException {
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
  }
}
