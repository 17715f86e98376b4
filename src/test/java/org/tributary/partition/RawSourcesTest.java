package org.tributary.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.PathNames;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.RawSetFile;
import org.tributary.fixture.Slow;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;

/** Files and folders of rows as other people make them. */
@Slow
class RawSourcesTest {
  private static final Store STORE = Store.of(new Configuration(false));
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir Path dir;

  private PartitionConfig config(String format, Path train, String... sets) {
    return RawSetFile.config(
        format,
        train.toUri().toString(),
        dir.resolve("out"),
        List.of("clients=2", "partitioner.name=iid", "test=0.2"),
        sets);
  }

  private Partitioning.Result run(String format, Path train, String... sets) throws IOException {
    return Partitioning.run(SPARK.session(), STORE, config(format, train, sets));
  }

  private void refused(List<String> fragments, String format, Path train, String... sets) {
    assertThatThrownBy(() -> run(format, train, sets))
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(fragments));
    assertThat(dir.resolve("out")).doesNotExist();
  }

  private Path resource(String name) throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/raw/" + name)) {
      Path file = dir.resolve(name);
      Files.copy(in, file);
      return file;
    }
  }

  private Path write(String name, String text) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private List<Row> rows(Manifest manifest) throws IOException {
    List<Row> rows = new ArrayList<>();
    List<Manifest.Part> parts = new ArrayList<>();
    manifest.clients().values().forEach(client -> parts.add(client.train()));
    if (manifest.test() != null) {
      parts.add(manifest.test());
    }
    for (Manifest.Part part : parts) {
      ParquetRows.forEach(
          STORE,
          new org.apache.hadoop.fs.Path(dir.resolve("out/set/" + part.file()).toUri()),
          List.of(),
          rows::add);
    }
    return rows;
  }

  /** Errors in files are reported before a cluster starts: the check does not use Spark. */
  @Test
  void beginningsOfFilesAreLookedAtWithoutSpark() throws IOException {
    Path jsonl = dir.resolve("rows.jsonl");
    Files.writeString(jsonl, "{\"text\": \"a\", \"lable\": \"x\"}\n".repeat(3));
    unusable("jsonl", jsonl, "label: no column label among lable, text");
    Files.writeString(jsonl, "[1]\n{\"label\": \"x\"}\n");
    unusable("jsonl", jsonl, "rows.jsonl: 1 lines are not JSON objects", "line 1");
    Files.writeString(jsonl, "{\"text\": \"a\"}\n".repeat(20_000) + "{\"label\": \"x\"}\n");
    Partitioning.check(STORE, config("jsonl", jsonl));
    Files.writeString(jsonl, "{\"text\": }\n" + "{\"text\": \"a\"}\n".repeat(20_000));
    unusable("jsonl", jsonl, "at least 1 lines are not JSON objects");

    Files.writeString(jsonl, "[\n" + "{\"text\":\n\"a\"},\n".repeat(20_000) + "]\n");
    unusable("jsonl", jsonl, "jq -c '.[]' old.json > new.jsonl");

    Path csv = dir.resolve("rows.csv");
    Files.writeString(csv, "text,class\n" + "a,b\n".repeat(20_000));
    unusable("csv", csv, "label: no column label among text, class");
    Files.writeString(csv, "text,label\na,b,c\n");
    unusable("csv", csv, "do not have as many fields as the header", "line 2");
    Files.writeString(csv, "text,text\na,b\n");
    unusable("csv", csv, "names the column text twice");

    Path parquet = dir.resolve("rows.parquet");
    Files.writeString(parquet, "text,label\n");
    unusable("parquet", parquet, "is not a readable Parquet file");
    parquet("some", "select 'a' as text, 'b' as kind");
    unusable("parquet", dir.resolve("some"), "label: no column label among text, kind");
    assertThatThrownBy(
            () ->
                Partitioning.check(
                    STORE, config("parquet", dir.resolve("some"), "source.image=picture")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("label: no column label among text, kind")
        .hasMessageContaining("source.image: no column picture among text, kind");
  }

  /**
   * A file that is named explicitly is read whatever its name; in a folder such files are hidden.
   */
  @Test
  void aNamedFileIsTakenWhateverItsName() throws IOException {
    write("named/_rows.jsonl", jsonl("row", 0, 12));
    write("named/.rows.jsonl", jsonl("row", 0, 12));
    Partitioning.Result done = run("jsonl", dir.resolve("named/_rows.jsonl"));
    assertThat(done.manifest().sources()).containsEntry("train", 12L);
    Partitioning.check(STORE, config("jsonl", dir.resolve("named/.rows.jsonl")));
    unusable(
        "jsonl", dir.resolve("named"), "rows.jsonl is a file of rows with a hidden file's name");
    parquet("_images.parquet", table("row", 12));
    assertThatThrownBy(
            () ->
                Partitioning.check(
                    STORE, config("parquet", dir.resolve("_images.parquet"), "source.image=text")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("with source.image Spark reads the rows");
  }

  private void unusable(String format, Path train, String... fragments) {
    assertThatThrownBy(() -> Partitioning.check(STORE, config(format, train)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(fragments)
        .hasMessageContaining("source.train");
  }

  @Test
  void lineEndsThatChangeWithinAFile() throws IOException {
    for (String name : List.of("tickets.csv", "crlf-first.csv")) {
      Path file = resource(name);
      Manifest manifest = run("csv", file, "name=" + name).manifest();
      // What Python's csv module and pandas read.
      assertThat(manifest.labels()).as(name).containsExactly("fine", "late", "lost");
      assertThat(manifest.sources()).as(name).containsEntry("train", 24L);
    }
  }

  @Test
  void raggedRowsHaveTheirFileAndLine() throws IOException {
    Path file = write("a.csv", "text,label\r\n\"two\nlines\",x\ny\nz,x,1\n");
    refused(
        List.of(
            "source.train",
            "a.csv: 2 rows do not have as many fields as the header",
            "line 4 has 1 fields, the header has 2; line 5 has 3 fields"),
        "csv",
        file);
    Path open = write("b.csv", "text,label\na,x\n\"b,x\nc,x\n");
    refused(
        List.of("source.train", "b.csv: line 3 opens a quote that is never closed"), "csv", open);
    Path lines = write("c.jsonl", "{\"label\": \"x\"}\n\n{\"label\": \"x\"} trailing\n");
    refused(List.of("c.jsonl: 1 lines", "line 3 "), "jsonl", lines);
  }

  private String csv(char separator, int from, int to) {
    StringBuilder text = new StringBuilder("text%slabel\n".formatted(separator));
    for (int i = from; i < to; i++) {
      text.append("row %d%s%s\n".formatted(i, separator, i % 2 == 0 ? "x" : "y"));
    }
    return text.toString();
  }

  @Test
  void separatorsAreToldByTheHeaderOrByTheKey() throws IOException {
    Path file = write("a.csv", csv(';', 0, 40));
    Partitioning.Result result = run("csv", file);
    assertThat(result.manifest().labels()).containsExactly("x", "y");
    assertThat(result.notes())
        .containsExactly(
            "source.train: fields are separated by ;, by its header (source.separator says otherwise)");
    Path odd = write("b.csv", csv('^', 0, 40));
    Partitioning.Result given = run("csv", odd, "name=odd", "source.separator=^");
    assertThat(given.manifest().labels()).containsExactly("x", "y");
    assertThat(given.manifest().inputs().separator()).isEqualTo("^");
    assertThat(given.notes()).isEmpty();
    Path tab = write("c.tsv", csv('\t', 0, 40));
    assertThat(run("csv", tab, "name=tab", "source.separator=tab").manifest().labels())
        .containsExactly("x", "y");
    for (String bad : List.of("''", "ab", "'\"'")) {
      assertThatThrownBy(() -> config("csv", tab, "source.separator=" + bad))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("separator");
    }
    assertThatThrownBy(() -> config("jsonl", tab, "source.separator=;"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("is for the format csv");
  }

  @Test
  void zippedAndPackedRows() throws IOException {
    Manifest zipped = run("csv", resource("train.csv.zip"), "name=zip").manifest();
    assertThat(zipped.sources()).containsEntry("train", 24L);
    Manifest zstd = run("jsonl", resource("rows.jsonl.zst"), "name=zstd").manifest();
    assertThat(zstd.sources()).containsEntry("train", 60L);
  }

  private String jsonl(String word, int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(
          "{\"text\": \"%s %d\", \"label\": \"%s\"}\n".formatted(word, i, i % 2 == 0 ? "x" : "y"));
    }
    return text.toString();
  }

  private void parquet(String name, String query) {
    Path folder = dir.resolve("made");
    SPARK
        .session()
        .sql(query)
        .coalesce(1)
        .write()
        .mode("overwrite")
        .parquet(folder.toUri().toString());
    try (var files = Files.list(folder)) {
      Path made = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
      Files.createDirectories(dir.resolve(name).getParent());
      Files.move(made, dir.resolve(name));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String table(String word, int rows) {
    return "SELECT concat('%s ', id) text, IF(id %% 2 = 0, 'x', 'y') label FROM range(%d)"
        .formatted(word, rows);
  }

  private void hub(String folder) throws IOException {
    write(folder + "/README.md", "---\nlicense: mit\n---\n# A card\n");
    write(folder + "/dataset_infos.json", "{}");
    write(folder + "/.gitattributes", "*.parquet filter=lfs");
  }

  @Test
  void testFilesOfAHubFolderAreNeverTrainedOn() throws IOException {
    hub("parquet");
    parquet("parquet/data/train-00000-of-00002.parquet", table("train", 12));
    parquet("parquet/data/train-00001-of-00002.parquet", table("more", 12));
    parquet("parquet/data/test-00000-of-00001.parquet", table("test", 6));
    parquet("parquet/data/validation-00000-of-00001.parquet", table("valid", 4));
    hub("jsonl");
    write("jsonl/train.jsonl", jsonl("train", 0, 12));
    write("jsonl/train.part2.jsonl", jsonl("more", 0, 12));
    write("jsonl/test.jsonl", jsonl("test", 0, 6));
    write("jsonl/dev.jsonl", jsonl("valid", 0, 4));
    hub("csv");
    write("csv/training/a.csv", csv(',', 0, 24).replace("row", "train"));
    write("csv/eval/a.csv", csv(',', 0, 6).replace("row", "test"));
    write("csv/val/a.csv", csv(',', 0, 4).replace("row", "valid"));
    for (String format : List.of("parquet", "jsonl", "csv")) {
      Partitioning.Result result = run(format, dir.resolve(format), "name=" + format);
      Manifest manifest = result.manifest();
      assertThat(manifest.sources())
          .as(format)
          .isEqualTo(Map.of("train", 24L, "validation", 4L, "test", 6L));
      assertThat(manifest.test().rows()).isEqualTo(6);
      assertThat(manifest.inputs().shares()).isEqualTo(new Manifest.Shares(0, 0));
      assertThat(result.notes())
          .as(format)
          .contains("source.train: skipped README.md, dataset_infos.json")
          .anyMatch(note -> note.startsWith("source.train: ") && note.contains("by name: "))
          .anyMatch(note -> note.startsWith("source.test: 1 file by name: "))
          .anyMatch(note -> note.startsWith("source.validation: 1 file by name: "));
      List<Row> test = new ArrayList<>();
      ParquetRows.forEach(
          STORE,
          new org.apache.hadoop.fs.Path(
              dir.resolve("out/" + format + "/" + manifest.test().file()).toUri()),
          List.of(),
          test::add);
      assertThat(test).allMatch(row -> row.text("text").startsWith("test "));
    }
    // A key that names the folder selects its own files.
    Path folder = dir.resolve("csv");
    assertThat(
            run("csv", folder, "name=both", "source.test=" + folder.toUri()).manifest().sources())
        .isEqualTo(Map.of("train", 24L, "validation", 4L, "test", 6L));
  }

  @Test
  void foldersWhoseFilesAreOfNoKnownSetAreRefused() throws IOException {
    write("a/train.jsonl", jsonl("a", 0, 9));
    write("a/test.jsonl", jsonl("b", 0, 9));
    write("a/extra.jsonl", jsonl("c", 0, 9));
    refused(List.of("source.train", "extra.jsonl, which name no set"), "jsonl", dir.resolve("a"));
    Files.delete(dir.resolve("a/extra.jsonl"));
    Path other = write("other.jsonl", jsonl("d", 0, 9));
    refused(
        List.of("holds files of test, too (test.jsonl), and source.test names others"),
        "jsonl",
        dir.resolve("a"),
        "source.test=" + other.toUri());
    Files.delete(dir.resolve("a/train.jsonl"));
    refused(
        List.of("source.train", "holds files of test by their names, and none of train"),
        "jsonl",
        dir.resolve("a"));
    write("b/test_train.jsonl", jsonl("a", 0, 9));
    refused(List.of("test_train.jsonl is of test and train"), "jsonl", dir.resolve("b"));
    write("c/train_sft-00000-of-00001.jsonl", jsonl("a", 0, 9));
    write("c/train_gen-00000-of-00001.jsonl", jsonl("a", 0, 9));
    refused(List.of("several splits of train (train_gen, train_sft)"), "jsonl", dir.resolve("c"));
    write("d/en/a.jsonl", jsonl("a", 0, 9));
    write("d/fr/a.jsonl", jsonl("a", 0, 9));
    refused(List.of("several folders (en, fr)", "name one of them"), "jsonl", dir.resolve("d"));
    write("e/a.jsonl", jsonl("a", 0, 9));
    write("e/b.dat", jsonl("a", 0, 9));
    refused(List.of("b.dat is not a jsonl file"), "jsonl", dir.resolve("e"));
    // A file that is named explicitly is read whatever its name.
    Path test = dir.resolve("a/test.jsonl");
    assertThat(run("jsonl", test).manifest().sources()).isEqualTo(Map.of("train", 9L));
  }

  @Test
  void keysInTheNamesOfFoldersAreColumns() throws IOException {
    String rows =
        "SELECT concat('t ', id) text, IF(id % 2 = 0, 'x', 'y') label,"
            + " array('lyon', 'a/b: é%', '01')[id % 3] office FROM range(30)";
    for (String format : List.of("parquet", "csv", "json")) {
      SPARK
          .session()
          .sql(rows)
          .write()
          .partitionBy("office")
          .option("header", true)
          .format(format)
          .save(dir.resolve(format).toUri().toString());
      assertThat(dir.resolve(format).resolve("_SUCCESS")).exists();
      Manifest manifest =
          run(
                  format.equals("json") ? "jsonl" : format,
                  dir.resolve(format),
                  "name=" + format,
                  "clients=null",
                  "partitioner={name: natural, column: office}")
              .manifest();
      assertThat(manifest.columns())
          .extracting("name")
          .containsExactlyInAnyOrder("text", "label", "office");
      assertThat(manifest.clients()).hasSize(3);
      List<String> offices = new ArrayList<>();
      for (Manifest.Client client : manifest.clients().values()) {
        ParquetRows.forEach(
            STORE,
            new org.apache.hadoop.fs.Path(
                dir.resolve("out/" + format + "/" + client.train().file()).toUri()),
            List.of(),
            row -> offices.add(row.text("office")));
      }
      assertThat(offices).contains("lyon", "a/b: é%", "01").doesNotContainNull();
      assertThat(manifest.inputs().train().get(0).path()).contains("office=");
    }
  }

  /** Opening a pipe without a writer waits forever: no code may open it. */
  @Test
  void pipesAreRefusedWhereAFileIsExpected() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("pipes"));
    Path pipe = folder.resolve("rows");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    for (String format : List.of("jsonl", "csv", "parquet")) {
      for (Path train : List.of(pipe, folder, Path.of("/dev/zero"))) {
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
            java.time.Duration.ofSeconds(10),
            () -> refused(List.of("is a pipe, a socket or a device and no file"), format, train));
      }
    }
    assertThatThrownBy(() -> org.tributary.checkpoint.SafeTensors.map(pipe))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("is a pipe");
  }

  @Test
  void aRelativeNameWithAColonIsAPath() throws IOException {
    for (String name : List.of("export_2024-05-01T12:30:00.jsonl", "a:b/c.jsonl", "x:y")) {
      assertThat(STORE.path(name).toString()).isEqualTo("file:" + Path.of(name).toAbsolutePath());
    }
    assertThat(STORE.path("file:/a b/c:d").toString()).isEqualTo("file:/a b/c:d");
    org.apache.hadoop.fs.Path target = STORE.path(dir.resolve("out:1").toString());
    org.apache.hadoop.fs.Path file = PathNames.child(target, "a:b.txt");
    STORE.commit(file, FileContent.of(new byte[] {1}));
    assertThat(STORE.list(target))
        .extracting(s -> s.getPath().getName())
        .containsExactly("a:b.txt");
    assertThat(STORE.readAll(file)).containsExactly(1);
  }

  @Test
  void keysThatContradictAreRefused() throws IOException {
    write("mixed/office=a/x.jsonl", jsonl("a", 0, 9));
    write("mixed/x.jsonl", jsonl("a", 0, 9));
    refused(
        List.of("not all files are in folders of the same key=value"),
        "jsonl",
        dir.resolve("mixed"));
    write("twice/label=a/x.jsonl", jsonl("a", 0, 9));
    refused(
        List.of("has the column label, as the name of its folder has"),
        "jsonl",
        dir.resolve("twice"));
  }

  @Test
  void namesWithColonsAndOtherCharacters() throws IOException {
    String odd = "a:b [c]{d,e}*?#%20 é=~2024-05-01T12:30:00";
    parquet("in/" + odd + "/" + odd + ".parquet", table("p", 12));
    write("in " + odd + "/" + odd + ".csv", csv(',', 0, 12));
    write("js:on/" + odd + ".jsonl", jsonl("j", 0, 12));
    Map<String, Path> sources =
        Map.of(
            "parquet", dir.resolve("in").resolve(odd),
            "csv", dir.resolve("in " + odd),
            "jsonl", dir.resolve("js:on").resolve(odd + ".jsonl"));
    for (Map.Entry<String, Path> source : sources.entrySet()) {
      Path out = dir.resolve("out " + odd).resolve(source.getKey());
      // As people type it, not as a URI.
      String yaml =
          """
          source: {format: %s, train: '%s'}
          out: '%s'
          name: set
          label: label
          clients: 2
          partitioner: {name: iid}
          """
              .formatted(source.getKey(), source.getValue(), out);
      PartitionConfig config =
          ConfigReader.read("p.yaml", yaml, List.of(), PartitionConfig.class, Partitioning.CHOICES);
      Manifest manifest = Partitioning.run(SPARK.session(), STORE, config).manifest();
      assertThat(manifest.sources()).as(source.getKey()).containsEntry("train", 12L);
      assertThat(out.resolve("set/manifest.json")).exists();
    }
  }
}
