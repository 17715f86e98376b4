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
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.data.Manifest;
import org.tributary.data.ParquetRows;
import org.tributary.data.Row;
import org.tributary.error.WrongInput;

/** Other people's files and folders of rows. */
class RawSourcesTest {
  private static final Store STORE = Store.of(new Configuration(false));
  private static SparkSession spark;

  @TempDir Path dir;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .appName("RawSourcesTest")
            .config("spark.ui.enabled", "false")
            .getOrCreate();
    spark.sparkContext().setLogLevel("ERROR");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private PartitionConfig config(String format, Path train, String... sets) {
    String yaml =
        """
        source: {format: %s, train: "%s"}
        out: "%s"
        name: set
        seed: 7
        label: label
        clients: 2
        partitioner: {name: iid}
        validation: 0.0
        test: 0.2
        """
            .formatted(format, train.toUri(), dir.resolve("out").toUri());
    return ConfigReader.read("p.yaml", yaml, List.of(sets), PartitionConfig.class, Map.of());
  }

  private Partitioning.Result run(String format, Path train, String... sets) throws IOException {
    return Partitioning.run(spark, STORE, config(format, train, sets));
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
}
