package org.tributary.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.image.BrokenImage;
import org.tributary.image.ImageDecoder;
import org.tributary.partition.Partitioning;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;

/** Malformed rows and images: `partition` accepts them, skips them, or reports the error. */
@Slow
class RowsFuzzTest {
  private static final Store STORE = Store.of(new Configuration(false));

  @RegisterExtension
  static final LocalSpark SPARK = new LocalSpark().with("spark.sql.shuffle.partitions", "2");

  @TempDir static Path dir;

  @BeforeAll
  static void start() throws Exception {
    SPARK.session().sparkContext().setLogLevel("OFF");
    // The first job loads what later jobs already find loaded.
    MalformedInput.of("", "jsonl/rows.jsonl", rows("jsonl")).write(dir);
    Partitioning.run(SPARK.session(), STORE, config("jsonl"));
  }

  @BeforeEach
  void clear() throws IOException {
    FileUtils.cleanDirectory(dir.toFile());
  }

  private static String rows(String format) {
    StringBuilder rows = new StringBuilder(format.equals("csv") ? "text,label,n\n" : "");
    for (int i = 0; i < 12; i++) {
      String row =
          format.equals("csv")
              ? "\"row, %d\",%s,%d\n"
              : "{\"text\": \"row %d\", \"label\": \"%s\", \"n\": %d}\n";
      rows.append(row.formatted(i, i % 2 == 0 ? "even" : "odd", i));
    }
    return rows.toString();
  }

  private static byte[] parquet() {
    Schema schema =
        Schema.of(
            new Schema.Column("text", Schema.Type.STRING),
            new Schema.Column("label", Schema.Type.STRING));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      rows.add(Row.of(schema, "row " + i, i % 2 == 0 ? "even" : "odd"));
    }
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ParquetRows.write(out, schema, rows);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<MalformedInput> jsonLines() {
    String file = "jsonl/rows.jsonl";
    String good = rows("jsonl");
    List<MalformedInput> inputs = new ArrayList<>(MalformedInputs.foreign(file));
    inputs.addAll(
        MalformedInputs.broken(file, good.getBytes(StandardCharsets.UTF_8), 14, Mutator::text));
    String wide = "{\"text\": \"a\", \"label\": \"b\"" + MalformedInputs.manyKeys(", \"k%d\": 1");
    inputs.add(MalformedInput.of("20,000 keys", file, good + wide + "}\n"));
    inputs.add(
        MalformedInput.of(
            "keys that differ in case",
            file,
            good + "{\"text\": \"a\", \"Text\": \"b\", \"label\": \"c\"}\n"));
    inputs.add(
        MalformedInput.of(
            "a key twice", file, good + "{\"text\": \"a\", \"text\": \"b\", \"label\": \"c\"}\n"));
    inputs.add(
        MalformedInput.of(
            "deep",
            file,
            good + "{\"text\": " + "[".repeat(5000) + "]".repeat(5000) + ", \"label\": \"c\"}\n"));
    inputs.add(MalformedInput.of("other kinds", file, good + "{\"text\": 1, \"label\": [2]}\n"));
    inputs.add(
        MalformedInput.of("a null label", file, good + "{\"text\": \"a\", \"label\": null}\n"));
    inputs.add(
        MalformedInput.of("one pretty object", file, "[\n" + good.replace("\n", ",\n") + "{}]\n"));
    inputs.add(
        MalformedInput.of(
            "a long line",
            file,
            good + "{\"text\": \"" + "x".repeat(3_000_000) + "\", \"label\": \"odd\"}\n"));
    inputs.add(
        new MalformedInput(
            "invalid UTF-8",
            file,
            (good + "{\"text\": \"\u00ff\", \"label\": \"c\"}\n")
                .getBytes(StandardCharsets.ISO_8859_1)));
    return inputs;
  }

  static List<MalformedInput> csv() {
    String file = "csv/rows.csv";
    String good = rows("csv");
    List<MalformedInput> inputs = new ArrayList<>(MalformedInputs.foreign(file));
    inputs.addAll(
        MalformedInputs.broken(file, good.getBytes(StandardCharsets.UTF_8), 14, Mutator::text));
    inputs.add(
        MalformedInput.of("a quote that is never closed", file, good + "\"open,odd,1\n" + good));
    inputs.add(MalformedInput.of("a row too short", file, good + "alone\n"));
    inputs.add(MalformedInput.of("a row too long", file, good + "a,b,1,2,3\n"));
    inputs.add(MalformedInput.of("columns twice", file, good.replaceFirst("n\n", "label\n")));
    inputs.add(MalformedInput.of("a column without a name", file, good.replaceFirst("n\n", "\n")));
    String columns = "text,label" + MalformedInputs.manyKeys(",c%d");
    inputs.add(
        MalformedInput.of(
            "20,000 columns",
            file,
            columns + "\n" + ("x,odd" + ",1".repeat(20_000) + "\n").repeat(2)));
    inputs.add(
        MalformedInput.of(
            "20,000 columns of one name",
            file,
            "a,".repeat(20_000) + "b\n" + "1,".repeat(20_000) + "2\n"));
    inputs.add(
        MalformedInput.of(
            "line ends that change", file, good.replaceFirst("\n", "\r\n") + "x\rodd,1\r\n"));
    inputs.add(MalformedInput.of("another separator", file, good.replace(",", "\u0001")));
    inputs.add(MalformedInput.of("header alone", file, "text,label,n\n"));
    return inputs;
  }

  static List<MalformedInput> parquetFiles() {
    String file = "parquet/rows.parquet";
    byte[] good = parquet();
    List<MalformedInput> inputs = new ArrayList<>(MalformedInputs.foreign(file));
    inputs.addAll(MalformedInputs.broken(file, good, 16, Mutator::bytes));
    byte[] end = good.clone();
    inputs.add(new MalformedInput("a footer of 2 GiB", file, tail(end, 0xFF, 0xFF, 0xFF, 0x7F)));
    inputs.add(
        new MalformedInput("a footer of -1", file, tail(good.clone(), 0xFF, 0xFF, 0xFF, 0xFF)));
    inputs.add(
        new MalformedInput("magic alone", file, "PAR1PAR1".getBytes(StandardCharsets.UTF_8)));
    return inputs;
  }

  private static byte[] tail(byte[] file, int... length) {
    for (int i = 0; i < 4; i++) {
      file[file.length - 8 + i] = (byte) length[i];
    }
    return file;
  }

  private static byte[] image(String name) {
    try {
      return Files.readAllBytes(GoldenCases.of("../pillow/" + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<MalformedInput> images() {
    List<MalformedInput> inputs = new ArrayList<>();
    for (String name :
        List.of(
            "rgb.png",
            "palette.png",
            "grey16.png",
            "colour.jpg",
            "cmyk.jpg",
            "interlaced.gif",
            "rgb.bmp")) {
      String file = "images/train/even/bad." + name.substring(name.indexOf('.') + 1);
      inputs.addAll(MalformedInputs.broken(file, image(name), 3, Mutator::bytes));
      inputs.addAll(MalformedInputs.broken("./" + file, image(name), 2, (m, b) -> m.head(b, 40)));
    }
    inputs.addAll(MalformedInputs.foreign("images/train/even/bad.png"));
    return inputs;
  }

  private static PartitionConfig config(String format) {
    String yaml =
        """
        source: {format: %s, train: %s}
        out: %s
        name: set
        label: label
        clients: 2
        partitioner: {name: iid, minRows: 1}
        validation: 0.0
        test: 0.0
        """
            .formatted(format, dir.resolve(format), dir.resolve("out"));
    return ConfigReader.read(
        "p.yaml", yaml, List.of(), PartitionConfig.class, Partitioning.CHOICES);
  }

  private static FuzzTrial partition(String format) throws Exception {
    return FuzzTrial.call(dir, () -> Partitioning.run(SPARK.session(), STORE, config(format)));
  }

  @ParameterizedTest
  @MethodSource({"jsonLines", "csv", "parquetFiles"})
  void rowsAreTakenOrRefused(MalformedInput input) throws Exception {
    input.write(dir);
    partition(input.file().substring(0, input.file().indexOf('/')));
  }

  /** A file that is not an image is skipped with a reason. */
  @ParameterizedTest
  @MethodSource("images")
  void anImageIsTakenOrBroken(MalformedInput input) throws Exception {
    FuzzTrial.call(
        dir,
        () -> {
          try {
            return ImageDecoder.decode(input.content());
          } catch (BrokenImage e) {
            throw new WrongInput(e.getMessage());
          }
        });
  }

  /** All of them together, between valid ones. */
  @Test
  void brokenImagesAreSkipped() throws Exception {
    writeImages();
    List<MalformedInput> images = images();
    for (int i = 0; i < images.size(); i++) {
      String name = "images/train/even/bad%d.png".formatted(i);
      new MalformedInput("", name, images.get(i).content()).write(dir);
    }
    Manifest manifest = Partitioning.run(SPARK.session(), STORE, config("images")).manifest();
    assertThat(manifest.skipped().toString())
        .contains(
            "is not PNG", "is a pointer of Git LFS and not the image itself; run git lfs pull");
  }

  private static void writeImages() throws IOException {
    for (String label : List.of("even", "odd")) {
      for (int i = 0; i < 2; i++) {
        new MalformedInput("", "images/train/%s/%d.png".formatted(label, i), image("rgb.png"))
            .write(dir);
      }
    }
  }

  @Test
  void wholeRowsAreTaken() throws Exception {
    MalformedInput.of("", "jsonl/rows.jsonl", rows("jsonl")).write(dir);
    MalformedInput.of("", "csv/rows.csv", rows("csv")).write(dir);
    new MalformedInput("", "parquet/rows.parquet", parquet()).write(dir);
    writeImages();
    for (String format : List.of("jsonl", "csv", "parquet", "images")) {
      assertThat(partition(format).message()).as(format).isEmpty();
      FileUtils.deleteDirectory(dir.resolve("out").toFile());
    }
  }
}
