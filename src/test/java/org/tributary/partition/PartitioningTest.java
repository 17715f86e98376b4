package org.tributary.partition;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.config.NoSettings;
import org.tributary.config.PartitionConfig;
import org.tributary.config.StoreSection;
import org.tributary.error.WrongInput;
import org.tributary.fixture.Slow;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;

@Slow
class PartitioningTest {
  private static final List<String> LABELS = List.of("ant", "bee", "cat");
  private static final Store STORE = Store.of(new Configuration(false));
  private static SparkSession spark;

  @TempDir Path dir;

  @BeforeAll
  static void start() {
    spark = session("local[2]", Map.of());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static SparkSession session(String master, Map<String, String> settings) {
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(master)
            .appName("PartitioningTest")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "4");
    settings.forEach(builder::config);
    SparkSession session = builder.getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
    return session;
  }

  /** The keys of a test's configuration, with those that most tests need. */
  private final class Keys {
    String format = "jsonl";
    String train = dir.resolve("train.jsonl").toUri().toString();
    String validation;
    String test;
    List<String> columns = List.of();
    String image;
    List<String> names = List.of();
    String separator;
    String duplicates = "report";
    List<String> duplicateColumns = List.of();
    long seed = 7;
    String label = "label";
    Integer clients = 3;
    String partitioner = "dirichlet";
    String column;
    int minRows = 2;
    double validationShare = 0.1;
    double testShare = 0.2;
    String out = dir.resolve("out").toUri().toString();

    private Record settings() {
      return switch (partitioner) {
        case "dirichlet" -> new Dirichlet.Settings(0.5);
        case "by-label" -> new ByLabel.Settings(2);
        case "natural" -> new Natural.Settings(column);
        default -> new NoSettings();
      };
    }

    PartitionConfig config() {
      return new PartitionConfig(
          new PartitionConfig.Source(
              format, train, validation, test, columns, image, names, separator),
          out,
          "set",
          seed,
          false,
          label,
          clients,
          new PartitionConfig.Partitioner(partitioner, minRows, settings()),
          validationShare,
          testShare,
          duplicates,
          duplicateColumns,
          new StoreSection(0));
    }
  }

  private Partitioning.Result run(Consumer<Keys> change) throws IOException {
    Keys keys = new Keys();
    change.accept(keys);
    return Partitioning.run(spark, STORE, keys.config());
  }

  private Path folder() {
    return dir.resolve("out/set");
  }

  /** Rows with unequal label counts; every 17th text occurs three times. */
  private static List<String> jsonRows(int from, int to) {
    List<String> lines = new ArrayList<>();
    for (int i = from; i < to; i++) {
      String line =
          "{\"text\": \"row %d\", \"label\": \"%s\", \"n\": %d, \"site\": \"s %d\"}"
              .formatted(i, LABELS.get(i % 7 % 3), i, i % 4);
      lines.add(line);
      if (i % 17 == 0) {
        lines.add(line);
        lines.add(line);
      }
    }
    return lines;
  }

  private void writeTrain() throws IOException {
    Files.write(dir.resolve("train.jsonl"), jsonRows(0, 300));
  }

  private List<Row> rows(String part) throws IOException {
    List<Row> rows = new ArrayList<>();
    ParquetRows.forEach(
        STORE, new org.apache.hadoop.fs.Path(folder().resolve(part).toUri()), List.of(), rows::add);
    return rows;
  }

  private static Map<String, String> bytes(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            folder.relativize(file).toString(),
            STORE.sha256(new org.apache.hadoop.fs.Path(file.toUri())));
      }
    }
    return files;
  }

  @Test
  void everyRowLandsOnceAndNoneInTwoParts() throws IOException {
    writeTrain();
    Partitioning.Result result = run(keys -> {});
    assertThat(result.made()).isTrue();
    Manifest manifest = result.manifest();
    assertThat(manifest.labels()).isEqualTo(LABELS);
    assertThat(manifest.columns())
        .extracting(Schema.Column::name)
        .containsExactly("label", "n", "site", "text");
    assertThat(manifest.clients().keySet()).containsExactly("0000", "0001", "0002");

    Map<Long, Integer> seen = new HashMap<>();
    Map<String, Set<Long>> ofPart = new HashMap<>();
    List<Manifest.Part> parts = new ArrayList<>(List.of(manifest.test()));
    manifest.clients().values().forEach(c -> parts.add(c.train()));
    manifest.clients().values().stream()
        .map(Manifest.Client::validation)
        .filter(part -> part != null)
        .forEach(parts::add);
    Map<String, String> hashes = bytes(folder());
    for (Manifest.Part part : parts) {
      Map<String, Long> labels = new TreeMap<>();
      for (Row row : rows(part.file())) {
        seen.merge(row.longAt("n"), 1, Integer::sum);
        labels.merge(row.text("label"), 1L, Long::sum);
        String kind = part.folder().replaceAll(".*/", "");
        ofPart.computeIfAbsent(kind, p -> new HashSet<>()).add(row.longAt("n"));
        assertThat(row.text("text")).isEqualTo("row " + row.longAt("n"));
      }
      assertThat(part.labels()).isEqualTo(labels);
      assertThat(part.rows()).isEqualTo(rows(part.file()).size());
      assertThat(part.sha256()).isEqualTo(hashes.get(part.file()));
    }
    assertThat(seen).hasSize(300);
    seen.forEach((n, times) -> assertThat(times).isEqualTo(n % 17 == 0 ? 3 : 1));
    assertThat(ofPart.keySet()).containsExactlyInAnyOrder("train", "validation", "test");
    assertThat(ofPart.values().stream().mapToInt(Set::size).sum()).isEqualTo(300);
    assertThat(manifest.test().rows()).isBetween(64L, 67L);
    assertThat(manifest.sources()).containsEntry("train", 336L);
    assertThat(Manifest.read(STORE, result.folder())).isEqualTo(manifest);
  }

  @Test
  void theSameSeedGivesTheSameFilesOnAnyCluster() throws IOException {
    writeTrain();
    run(keys -> {});
    Map<String, String> expected = bytes(folder());
    run(
        keys -> {
          keys.out = dir.resolve("other-seed").toUri().toString();
          keys.seed = 8;
        });
    assertThat(bytes(dir.resolve("other-seed/set"))).isNotEqualTo(expected);
    spark.stop();
    try {
      spark =
          session(
              "local[1]",
              Map.of(
                  "spark.sql.files.maxPartitionBytes", "3000",
                  "spark.sql.files.openCostInBytes", "1",
                  "spark.default.parallelism", "7",
                  "spark.serializer", "org.apache.spark.serializer.KryoSerializer"));
      assertThat(spark.read().text(dir.resolve("train.jsonl").toString()).rdd().getNumPartitions())
          .isGreaterThan(3);
      run(keys -> keys.out = dir.resolve("elsewhere").toUri().toString());
    } finally {
      spark.stop();
      spark = session("local[2]", Map.of());
    }
    assertThat(bytes(dir.resolve("elsewhere/set"))).isEqualTo(expected);

    // The rows also do not depend on the order of the source's rows or its split into files.
    List<String> lines = new ArrayList<>(jsonRows(0, 300));
    java.util.Collections.reverse(lines);
    Files.createDirectory(dir.resolve("pieces"));
    Files.write(dir.resolve("pieces/a.jsonl"), lines.subList(0, 100));
    Files.write(dir.resolve("pieces/b.jsonl"), lines.subList(100, lines.size()));
    run(
        keys -> {
          keys.out = dir.resolve("reordered").toUri().toString();
          keys.train = dir.resolve("pieces").toUri().toString();
        });
    Map<String, String> reordered = bytes(dir.resolve("reordered/set"));
    for (Map<String, String> files : List.of(expected, reordered)) {
      files.remove("manifest.json");
      files.remove("inputs.json");
    }
    assertThat(reordered).isEqualTo(expected);
  }

  @Test
  void aFinishedRunIsLeftAloneAndAStoppedOneIsCompleted() throws IOException {
    writeTrain();
    run(keys -> {});
    Map<String, String> expected = bytes(folder());
    assertThat(run(keys -> {}).made()).isFalse();
    assertThat(bytes(folder())).isEqualTo(expected);
    assertThatThrownBy(() -> run(keys -> keys.seed = 8))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("out/set holds another partition")
        .hasMessageContaining("seed was 7, now it is 8");
    Files.delete(folder().resolve("manifest.json"));
    Files.delete(folder().resolve("client=0001/train/part-00000.parquet"));
    assertThatThrownBy(() -> Manifest.read(STORE, new org.apache.hadoop.fs.Path(folder().toUri())))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("run it again");
    assertThatThrownBy(() -> run(keys -> keys.clients = 4))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("\"clients\":3");
    assertThat(run(keys -> {}).made()).isTrue();
    assertThat(bytes(folder())).isEqualTo(expected);
    Files.write(dir.resolve("train.jsonl"), jsonRows(0, 301));
    assertThatThrownBy(() -> run(keys -> {}))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("train was");
    assertThat(bytes(folder())).isEqualTo(expected);
  }

  @Test
  void aFolderWithOtherThingsIsRefused() throws IOException {
    writeTrain();
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("mine.txt"), "precious");
    assertThatThrownBy(() -> run(keys -> {}))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("out/set");
    assertThat(bytes(folder())).containsOnlyKeys("mine.txt");
  }

  @Test
  void givenSetsAreDealtInProportionAndOverlapIsCounted() throws IOException {
    writeTrain();
    Files.write(dir.resolve("validation.jsonl"), jsonRows(1000, 1100));
    List<String> test = new ArrayList<>(jsonRows(2000, 2050));
    test.addAll(jsonRows(1, 4));
    Files.write(dir.resolve("test.jsonl"), test);
    Manifest manifest =
        run(keys -> {
              keys.validation = dir.resolve("validation.jsonl").toUri().toString();
              keys.test = dir.resolve("test.jsonl").toUri().toString();
            })
            .manifest();
    assertThat(manifest.duplicates().get("test").rows()).isEqualTo(3);
    assertThat(manifest.duplicates().get("test").dropped()).isZero();
    assertThat(manifest.duplicates().get("validation").rows()).isZero();
    assertThat(manifest.test().rows()).isEqualTo(test.size());
    assertThat(manifest.clients().values().stream().mapToLong(c -> c.train().rows()).sum())
        .isEqualTo(336);
    Map<String, Long> inTrain = new TreeMap<>();
    Map<String, Long> inValidation = new TreeMap<>();
    for (Manifest.Client client : manifest.clients().values()) {
      client.train().labels().forEach((l, n) -> inTrain.merge(l, n, Long::sum));
      if (client.validation() != null) {
        client.validation().labels().forEach((l, n) -> inValidation.merge(l, n, Long::sum));
      }
    }
    assertThat(inValidation.values().stream().mapToLong(n -> n).sum())
        .isEqualTo(jsonRows(1000, 1100).size());
    for (Manifest.Client client : manifest.clients().values()) {
      for (String label : LABELS) {
        double share =
            client.train().labels().getOrDefault(label, 0L) / (double) inTrain.get(label);
        long rows =
            client.validation() == null ? 0 : client.validation().labels().getOrDefault(label, 0L);
        assertThat((double) rows)
            .isBetween(
                share * inValidation.get(label) - 1.001, share * inValidation.get(label) + 1.001);
      }
    }
  }

  @Test
  void duplicatesByColumnsAreNamedAndDropped() throws IOException {
    writeTrain();
    List<String> test = new ArrayList<>(jsonRows(2000, 2020));
    // The same text as rows of train, with other numbers; row 34 occurs three times.
    for (int i : new int[] {3, 34}) {
      test.add(
          "{\"text\": \"row %d\", \"label\": \"ant\", \"n\": 9, \"site\": \"x\"}".formatted(i));
    }
    Files.write(dir.resolve("test.jsonl"), test);
    Consumer<Keys> given = keys -> keys.test = dir.resolve("test.jsonl").toUri().toString();
    assertThat(run(given).manifest().duplicates().get("test").rows()).isZero();
    for (String action : List.of("report", "drop-train", "drop-test")) {
      Manifest manifest =
          run(given.andThen(
                  keys -> {
                    keys.out = dir.resolve(action).toUri().toString();
                    keys.duplicates = action;
                    keys.duplicateColumns = List.of("text");
                  }))
              .manifest();
      Manifest.Duplicates duplicates = manifest.duplicates().get("test");
      assertThat(duplicates.rows()).isEqualTo(2);
      assertThat(duplicates.inTrain()).isEqualTo(4);
      assertThat(duplicates.labels()).isEqualTo(Map.of("ant", 2L));
      assertThat(duplicates.named())
          .as("nothing of a row's content")
          .hasSize(2)
          .allMatch(
              name ->
                  name.matches(
                      "[\\w-]+\\.jsonl, row [0-9a-f]{16} = train [\\w-]+\\.jsonl, row [0-9a-f]{16}"));
      long train = 0;
      for (Manifest.Client client : manifest.clients().values()) {
        train += client.train().rows();
        train += client.validation() == null ? 0 : client.validation().rows();
      }
      assertThat(train).isEqualTo(action.equals("drop-train") ? 332 : 336);
      assertThat(manifest.test().rows())
          .isEqualTo(test.size() - (action.equals("drop-test") ? 2 : 0));
      assertThat(duplicates.dropped())
          .isEqualTo(action.equals("report") ? 0 : action.equals("drop-train") ? 4 : 2);
    }
  }

  @Test
  void manifestsThatOnlyCountedAreStillRead() throws IOException {
    writeTrain();
    Files.write(dir.resolve("test.jsonl"), jsonRows(1, 4));
    run(keys -> keys.test = dir.resolve("test.jsonl").toUri().toString());
    Path file = folder().resolve("manifest.json");
    String now = Files.readString(file);
    String before =
        now.replaceAll("(?s)\"duplicates\" : \\{.*\\}", "\"duplicates\" : {\"test\" : 3}\n}");
    assertThat(before).isNotEqualTo(now);
    Files.writeString(file, before);
    Manifest manifest = Manifest.read(STORE, new org.apache.hadoop.fs.Path(folder().toUri()));
    assertThat(manifest.duplicates().get("test").rows()).isEqualTo(3);
    assertThat(manifest.skipped()).isEmpty();
  }

  @Test
  void naturalClientsFromCsv() throws IOException {
    List<String> csv = new ArrayList<>(List.of("text,site,label"));
    for (int i = 0; i < 40; i++) {
      csv.add(
          "\"row %d, with \"\"quotes\"\"\nand a line end\",St %s,%d"
              .formatted(i, "AB".charAt(i % 2), i % 11));
    }
    csv.add(",St A,1");
    Files.write(dir.resolve("train.csv"), csv);
    Manifest manifest =
        run(keys -> {
              keys.format = "csv";
              keys.train = dir.resolve("train.csv").toUri().toString();
              keys.partitioner = "natural";
              keys.column = "site";
              keys.clients = null;
              keys.columns = List.of("label", "text", "site");
              keys.testShare = 0;
            })
            .manifest();
    assertThat(manifest.clients().keySet()).containsExactly("St%20A", "St%20B");
    assertThat(manifest.test()).isNull();
    assertThat(manifest.labels())
        .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
    List<Row> rows = rows("client=St%20A/train/part-00000.parquet");
    assertThat(rows.get(0).schema().names()).containsExactly("label", "text", "site");
    assertThat(rows).allMatch(row -> row.text("site").equals("St A"));
    assertThat(rows)
        .filteredOn(row -> !row.text("text").isEmpty())
        .allMatch(row -> row.text("text").matches("row \\d+, with \"quotes\"\nand a line end"));
    assertThat(rows.size() + rows("client=St%20A/validation/part-00000.parquet").size())
        .isEqualTo(21);
  }

  @Test
  void parquetKeepsTypesAndColumnOrder() throws IOException {
    Schema schema =
        Schema.of(
            new Schema.Column("z", Schema.Type.DOUBLE),
            new Schema.Column("label", Schema.Type.INT),
            new Schema.Column("a", Schema.Type.BINARY),
            new Schema.Column("f", Schema.Type.FLOAT),
            new Schema.Column("b", Schema.Type.BOOLEAN));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      rows.add(
          Row.of(schema, i / 3.0, i % 2, new byte[] {(byte) i}, i == 7 ? null : i * 0.1f, i > 9));
    }
    writeParquet("train.parquet", schema, rows);
    Manifest manifest =
        run(keys -> {
              keys.format = "parquet";
              keys.train = dir.resolve("train.parquet").toUri().toString();
              keys.partitioner = "iid";
              keys.validationShare = 0;
            })
            .manifest();
    assertThat(manifest.columns()).isEqualTo(schema.columns());
    List<Row> read = new ArrayList<>(rows("test/part-00000.parquet"));
    for (String client : manifest.clients().keySet()) {
      read.addAll(rows("client=" + client + "/train/part-00000.parquet"));
      assertThat(folder().resolve("client=" + client + "/validation")).doesNotExist();
    }
    assertThat(read).containsExactlyInAnyOrderElementsOf(rows);
  }

  private void writeParquet(String name, Schema schema, List<Row> rows) throws IOException {
    STORE.commit(
        new org.apache.hadoop.fs.Path(dir.resolve(name).toUri()),
        out -> ParquetRows.write(out, schema, rows));
  }

  private void refused(Consumer<Keys> change, String... fragments) {
    assertThatThrownBy(() -> run(change))
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(fragments));
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void missingSourcesAreToldAllAtOnce() throws IOException {
    Files.createDirectory(dir.resolve("empty"));
    refused(
        keys -> {
          keys.validation = dir.resolve("absent").toUri().toString();
          keys.test = dir.resolve("empty").toUri().toString();
        },
        "source.train",
        "train.jsonl does not exist",
        "source.validation",
        "source.test",
        "holds no files");
  }

  @Test
  void hiddenFilesOfRowsInAFolderAreRefused() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("raw"));
    Files.write(folder.resolve("a.jsonl"), jsonRows(0, 300));
    Files.write(folder.resolve("_SUCCESS"), new byte[0]);
    Files.write(folder.resolve(".a.jsonl"), new byte[9]);
    Files.write(folder.resolve("_b.jsonl"), jsonRows(300, 400));
    refused(
        k -> k.train = folder.toUri().toString(),
        "source.train",
        "raw/_b.jsonl is a file of rows with a hidden");
    Files.delete(folder.resolve("_b.jsonl"));
    assertThat(run(k -> k.train = folder.toUri().toString()).made()).isTrue();
  }

  @Test
  void namesOfSourcesAreNoPatterns() throws IOException {
    // What the names would match if they were patterns.
    for (String other : List.of("t 1", "vx", "xay", "yz", "p q #1é")) {
      Path folder = Files.createDirectories(dir.resolve("raw " + other));
      Files.write(folder.resolve(other + ".jsonl"), List.of("{\"label\": \"wrong\"}"));
    }
    for (String name : List.of("t [1]", "v?", "x{a,b}*", "y\\z", "p%20q #1é")) {
      Path folder = Files.createDirectories(dir.resolve("raw " + name));
      Files.write(folder.resolve(name + ".jsonl"), jsonRows(0, 100));
      Files.write(folder.resolve(name + " more.jsonl"), jsonRows(100, 150));
      Manifest manifest =
          run(k -> {
                k.train = "file:" + folder;
                k.validation = "file:" + folder + "/" + name + " more.jsonl";
                k.test = k.validation;
                k.out = "file:" + dir.resolve("out " + name);
              })
              .manifest();
      assertThat(manifest.columns()).as(name).hasSize(4);
      assertThat(manifest.labels()).as(name).isEqualTo(LABELS);
      assertThat(manifest.sources())
          .containsEntry("train", (long) jsonRows(0, 150).size())
          .containsEntry("test", (long) jsonRows(100, 150).size());
      assertThat(dir.resolve("out " + name).resolve("set").resolve(Manifest.FILE)).exists();
    }
  }

  @Test
  void patternsInNamesOfCsvAndParquet() throws IOException {
    String name = "t [1]{a,b}?";
    Files.write(dir.resolve(name + ".csv"), csvRows());
    Files.write(dir.resolve("t 1ax.csv"), List.of("other", "x"));
    Consumer<Keys> csv =
        k -> {
          k.format = "csv";
          k.train = "file:" + dir.resolve(name + ".csv");
        };
    assertThat(run(csv).manifest().sources()).containsEntry("train", 60L);
    Consumer<Keys> header = csv.andThen(k -> k.out = "file:" + dir.resolve("two"));
    List<String> twoLines = csvRows();
    twoLines.set(0, "\"text\nof two lines\",label");
    Files.write(dir.resolve(name + ".csv"), twoLines);
    assertThat(run(header).manifest().columns().get(0).name()).isEqualTo("text\nof two lines");
    Schema schema =
        Schema.of(
            new Schema.Column("label", Schema.Type.STRING),
            new Schema.Column("n", Schema.Type.INT));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      rows.add(Row.of(schema, LABELS.get(i % 3), i));
    }
    writeParquet(name + ".parquet", schema, rows);
    assertThat(
            run(k -> {
                  k.format = "parquet";
                  k.train = "file:" + dir.resolve(name + ".parquet");
                  k.out = "file:" + dir.resolve("other");
                })
                .manifest()
                .sources())
        .containsEntry("train", 60L);
  }

  @Test
  void columnsThatDifferInCaseAloneAreTwo() throws IOException {
    List<String> json = new ArrayList<>();
    List<String> csv = new ArrayList<>(List.of("Text,text,Label,label"));
    Schema schema =
        new Schema(
            Stream.of("Text", "text", "Label", "label")
                .map(name -> new Schema.Column(name, Schema.Type.STRING))
                .toList());
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String label = LABELS.get(i % 3);
      json.add(
          "{\"Text\": \"T%d\", \"text\": \"t%d\", \"Label\": \"L\", \"label\": \"%s\"}"
              .formatted(i, i, label));
      csv.add("T%d,t%d,L,%s".formatted(i, i, label));
      rows.add(Row.of(schema, "T" + i, "t" + i, "L", label));
    }
    Files.write(dir.resolve("train.jsonl"), json);
    Files.write(dir.resolve("train.csv"), csv);
    writeParquet("train.parquet", schema, rows);
    for (String format : List.of("jsonl", "csv", "parquet")) {
      Manifest manifest =
          run(k -> {
                k.format = format;
                k.train = "file:" + dir.resolve("train." + format);
                k.columns = List.of("Text", "text", "label", "Label");
                k.out = "file:" + dir.resolve(format);
              })
              .manifest();
      assertThat(manifest.labels()).as(format).isEqualTo(LABELS);
      Path part = dir.resolve(format).resolve("set").resolve(manifest.test().file());
      try (var read = ParquetRows.read(STORE, new org.apache.hadoop.fs.Path(part.toUri()))) {
        Row row = read.next();
        assertThat(row.text("Text").substring(1)).isEqualTo(row.text("text").substring(1));
        assertThat(row.text("Text")).startsWith("T");
        assertThat(row.text("Label")).isEqualTo("L");
      }
    }
  }

  @Test
  void aKeyTwiceInAnObjectAndNoJsonLines() throws IOException {
    Files.write(
        dir.resolve("train.jsonl"),
        List.of("{\"text\": \"a\", \"label\": \"x\"}", "{\"text\": \"b\", \"text\": \"c\"}"));
    refused(k -> {}, "source.train", "has the key `text` twice");
    Files.write(
        dir.resolve("train.jsonl"), List.of("[", "  {", "    \"label\": \"x\"", "  }", "]"));
    refused(k -> {}, "source.train", "JSON Lines need one object in each line", "jq -c '.[]'");
  }

  @Test
  void filesOfBadRowsAreNamedAsTheyAreCalled() throws IOException {
    Path file = dir.resolve("t [1] #é.jsonl");
    Files.write(file, List.of("{\"text\": \"a\", \"label\": \"x\"}", "no object"));
    refused(k -> k.train = "file:" + file, "t [1] #é.jsonl: 1 lines are not JSON objects");
  }

  @Test
  void textThatIsNotUtf8IsRefusedAndTheReplacementCharacterIsNot() throws IOException {
    byte[] whole = (String.join("\n", jsonRows(0, 3000)) + "\n").getBytes(UTF_8);
    byte[] latin = "{\"text\": \"caf\u00e9\", \"label\": \"ant\"}\n".getBytes(ISO_8859_1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(whole);
    bytes.write(latin);
    String line = "line %d is not UTF-8 (byte 0xe9)".formatted(jsonRows(0, 3000).size() + 1);
    Files.write(dir.resolve("train.jsonl"), bytes.toByteArray());
    refused(k -> {}, "source.train", "train.jsonl: " + line, "iconv -f windows-1252 -t utf-8");
    try (GZIPOutputStream out =
        new GZIPOutputStream(Files.newOutputStream(dir.resolve("train.jsonl.gz")))) {
      out.write(bytes.toByteArray());
    }
    refused(k -> k.train += ".gz", "train.jsonl.gz: " + line);
    Files.write(dir.resolve("a.csv"), "text,label\nna\u00efve,ant\n".getBytes(ISO_8859_1));
    Files.write(dir.resolve("b.csv"), "text,label\ncut off \u00e9".getBytes(UTF_8));
    byte[] cut = Files.readAllBytes(dir.resolve("b.csv"));
    Files.write(dir.resolve("b.csv"), Arrays.copyOf(cut, cut.length - 1));
    refused(
        k -> {
          k.format = "csv";
          k.train = "file:" + dir.resolve("a.csv");
          k.test = "file:" + dir.resolve("b.csv");
        },
        "source.train: file:" + dir.resolve("a.csv") + ": line 2 is not UTF-8 (byte 0xef)",
        "source.test: file:" + dir.resolve("b.csv") + ": line 2 is not UTF-8 (byte 0xc3)");
    Files.write(dir.resolve("a.csv"), "\ufefftext,label\n".getBytes(UTF_16LE));
    refused(
        k -> {
          k.format = "csv";
          k.train = "file:" + dir.resolve("a.csv");
        },
        "iconv -f utf-16");
    // Text with UTF-8 characters of all lengths, across the chunks in which it is read.
    List<String> good = new ArrayList<>(jsonRows(0, 100));
    String all = "\ufffd\u00e9\u65e5\ud83d\ude00";
    good.add("{\"text\": \"%s\", \"label\": \"ant\"}".formatted(all.repeat(40_000)));
    Files.write(dir.resolve("train.jsonl"), good);
    assertThat(run(k -> {}).manifest().sources()).containsEntry("train", (long) good.size());
  }

  @Test
  void parquetTextThatIsNotUtf8IsRefused() throws IOException {
    spark
        .sql(
            "SELECT CAST(X'636166E9' AS STRING) text, 'ant' label UNION ALL SELECT '\ufffd', 'bee'")
        .coalesce(1)
        .write()
        .parquet("file:" + dir.resolve("train"));
    refused(
        k -> {
          k.format = "parquet";
          k.train = "file:" + dir.resolve("train");
        },
        "source.train",
        ".parquet, row 1: column text holds text that is not UTF-8");
  }

  private static List<String> csvRows() {
    List<String> lines = new ArrayList<>(List.of("text,label"));
    for (int i = 0; i < 60; i++) {
      lines.add("row %d,%s".formatted(i, LABELS.get(i % 3)));
    }
    return lines;
  }

  @Test
  void corruptJsonIsCountedByFile() throws IOException {
    writeTrain();
    Files.write(
        dir.resolve("train.jsonl"),
        List.of("{\"text\": \"cut", "[1, 2]", "not json"),
        java.nio.file.StandardOpenOption.APPEND);
    refused(keys -> {}, "train.jsonl: 3 lines are not JSON objects");
    Files.write(dir.resolve("train.jsonl"), List.of("nothing", "at all"));
    refused(keys -> {}, "source.train", "no line is a JSON object");
  }

  @Test
  void gzippedSourcesAreReadAndCutOnesRefused() throws IOException {
    writeTrain();
    byte[] plain = Files.readAllBytes(dir.resolve("train.jsonl"));
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(plain);
    }
    Path file = dir.resolve("train.jsonl.gz");
    Consumer<Keys> source = keys -> keys.train = file.toUri().toString();
    Files.write(file, java.util.Arrays.copyOf(zipped.toByteArray(), zipped.size() / 2));
    refused(source, "source.train", "train.jsonl.gz", "cannot be read");
    Files.write(file, zipped.toByteArray());
    assertThat(run(source).manifest().sources()).containsEntry("train", 336L);
  }

  @Test
  void emptySetsAndTooFewRows() throws IOException {
    Files.writeString(dir.resolve("train.jsonl"), "");
    refused(keys -> {}, "source.train", "no line is a JSON object");
    Files.writeString(dir.resolve("train.csv"), "text,label\n");
    refused(
        keys -> {
          keys.format = "csv";
          keys.train = dir.resolve("train.csv").toUri().toString();
        },
        "source.train",
        "holds no rows");
    Files.write(dir.resolve("train.jsonl"), jsonRows(1, 8));
    refused(
        keys -> {
          keys.clients = 4;
          keys.partitioner = "iid";
        },
        "4 clients with at least 2 rows each need 8 rows");
    refused(keys -> keys.testShare = 0.01, "test:", "0.01");
  }

  @Test
  void columnsThatAreMissing() throws IOException {
    Files.writeString(
        dir.resolve("train.jsonl"), "{\"text\": \"a\", \"label\": \"b\", \"deep\": {\"x\": 1}}\n");
    refused(
        keys -> {
          keys.columns = List.of("texd", "deep", "label");
        },
        "source.columns: no column texd among deep, label, text; did you mean text?");
    refused(
        keys -> {
          keys.columns = List.of("text", "label");
          keys.label = "labels";
        },
        "label: no column labels among text, label; did you mean label?");
  }

  @Test
  void missingAndUnknownLabels() throws IOException {
    writeTrain();
    Files.write(
        dir.resolve("test.jsonl"),
        List.of("{\"text\": \"a\", \"label\": \"dog\", \"n\": 1, \"site\": \"s\"}"));
    refused(
        keys -> keys.test = dir.resolve("test.jsonl").toUri().toString(),
        "source.test",
        "{dog=1}",
        "[ant, bee, cat]");
    Files.write(
        dir.resolve("train.jsonl"),
        List.of("{\"text\": \"a\"}", "{\"text\": \"b\", \"label\": null}"),
        java.nio.file.StandardOpenOption.APPEND);
    refused(keys -> {}, "2 of 338 rows have no value in column label");
    refused(
        keys -> {
          keys.label = null;
          keys.partitioner = "natural";
          keys.clients = null;
          keys.column = "site";
        },
        "2 of 338 rows have no value in column site (partitioner.column)");
  }

  @Test
  void unreadableParquet() throws IOException {
    Files.writeString(dir.resolve("train.parquet"), "no parquet");
    Consumer<Keys> parquet =
        keys -> {
          keys.format = "parquet";
          keys.train = dir.resolve("train.parquet").toUri().toString();
        };
    refused(parquet, "train.parquet is not a readable Parquet file");
    Files.delete(dir.resolve("train.parquet"));
    Schema schema =
        Schema.of(
            new Schema.Column("text", Schema.Type.STRING),
            new Schema.Column("label", Schema.Type.STRING));
    writeParquet(
        "train.parquet", schema, List.of(Row.of(schema, "a", "b"), Row.of(schema, "c", "d")));
    byte[] bytes = Files.readAllBytes(dir.resolve("train.parquet"));
    java.util.Arrays.fill(bytes, 4, 60, (byte) 0x7f);
    Files.write(dir.resolve("train.parquet"), bytes);
    refused(parquet, "source.train", "train.parquet", "is not a readable Parquet file");
    Schema other = Schema.of(new Schema.Column("text", Schema.Type.STRING));
    writeParquet("test.parquet", other, List.of(Row.of(other, "a")));
    refused(
        parquet.andThen(keys -> keys.test = dir.resolve("test.parquet").toUri().toString()),
        "source.test",
        "test.parquet",
        "all files are to have the same");
  }

  @Test
  void malformedCsv() throws IOException {
    Files.write(dir.resolve("train.csv"), List.of("text,label", "a,b", "a,b,c", "lonely"));
    refused(
        keys -> {
          keys.format = "csv";
          keys.train = dir.resolve("train.csv").toUri().toString();
        },
        "train.csv: 2 rows do not have as many fields as the header");
  }

  @Test
  void ownersOfValidationNeedTrainingRows() throws IOException {
    writeTrain();
    Files.write(
        dir.resolve("validation.jsonl"),
        List.of("{\"text\": \"a\", \"label\": \"ant\", \"n\": 1, \"site\": \"s/1\"}"));
    refused(
        keys -> {
          keys.validation = dir.resolve("validation.jsonl").toUri().toString();
          keys.partitioner = "natural";
          keys.clients = null;
          keys.column = "site";
        },
        "source.validation",
        "without training rows: s/1;");
  }

  @Test
  void anotherVersionOrDamagedManifest() throws IOException {
    writeTrain();
    run(keys -> {});
    org.apache.hadoop.fs.Path set = new org.apache.hadoop.fs.Path(folder().toUri());
    Path file = folder().resolve("manifest.json");
    String manifest = Files.readString(file);
    for (String bad :
        List.of(
            manifest.replace("\"version\" : 1", "\"version\" : 99"),
            "{",
            "{\"version\": 1}",
            manifest.replace("\"seed\"", "\"sead\""))) {
      Files.writeString(file, bad);
      assertThatThrownBy(() -> Manifest.read(STORE, set))
          .as(bad.substring(0, Math.min(60, bad.length())))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("manifest.json");
    }
    assertThatThrownBy(() -> Manifest.read(STORE, new org.apache.hadoop.fs.Path(set, "none")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("does not exist");
  }
}
