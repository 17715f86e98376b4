package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.fixture.Slow;

/**
 * The advice in partition's messages works, for configurations, raw files and folders of raw files.
 */
@Slow
class AdvicePartitionTest {
  private static final String ROWS = "text,label\n" + "a,x\nb,y\n".repeat(10);

  @TempDir Path dir;

  @BeforeEach
  void setMaster() throws IOException {
    System.setProperty("spark.master", "local[2]");
    write("r.csv", ROWS);
  }

  @AfterEach
  void clearMaster() {
    System.clearProperty("spark.master");
  }

  private Path write(String name, String text) throws IOException {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private Path write(String name, byte[] bytes) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private String yaml(Path train) {
    return """
        source: {format: csv, train: %s}
        out: %s
        name: set
        seed: 7
        label: label
        partitioner: {name: iid}
        validation: 0.0
        test: 0.2
        """
        .formatted(train, dir.resolve("out"));
  }

  private String check(Path train, String... sets) throws IOException {
    return new Advice(dir).check("partition", yaml(train) + "clients: 2\n", sets);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "seed=1 | clients: missing; the partitioner iid needs it | clients=2",
        "partitioner={name: natural} | partitioner.column: missing; add this key | partitioner={name: natural, column: text}",
        "clients=2 & partitioner={name: natural, column: text} | remove clients | partitioner={name: natural, column: text}",
        "clients=2 & partitioner={name: dirichlet} | partitioner.alpha: missing; add this key: concentration, such as 0.1 | clients=2 & partitioner={name: dirichlet, alpha: 0.1}",
        "clients=2 & partitioner={name: iid, shards: 3} | by-label does; remove the key | clients=2 OR clients=2 & partitioner={name: by-label, shards: 3}",
        "clients=2 & source.columns=[text] | add it there | clients=2 & source.columns=[text, label]",
        "clients=2 & source.image=text | remove it | clients=2",
        "clients=2 & source.names=[a] | remove it | clients=2",
        "clients=2 & source.separator=ab | write one character | clients=2 & source.separator=','",
        "num_clients=2 | did you mean clients? | clients=2",
        "clients=2 & dirichlet_alpha=1 | did you mean partitioner.alpha? | clients=2 & partitioner={name: dirichlet, alpha: 1}",
        "clients=2 & lora_dropout=1 | remove it | clients=2",
        "clients=2 & label=lable | no column lable among text, label | clients=2 & label=label",
      })
  void ofTheConfiguration(String wrong, String says, String right) throws IOException {
    new Advice(dir).followed("partition", yaml(dir.resolve("r.csv")), wrong, says, right);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "csv | a;b,label~1;2,x~1;3,y~ | say which with source.separator | a;b,label~1;2,x~1;3,y~ | source.separator=','",
        "csv | text,text,label~a,b,x~ | rename one | text,t,label~a,b,x~ |",
        "csv | text,label~a,b,x~ | correct or remove these rows | text,label~a,x~ |",
        "csv | text,label~a,x~\"b,y~ | close it, or double it | text,label~a,x~\"b\",y~ |",
        "csv | text,label~a,x~\"b,y~ | close it, or double it | text,label~a,x~\"\"\"b\",y~ |",
        "jsonl | {\"text\":\"a\",\"text\":\"b\",\"label\":\"x\"}~ | leave it once | {\"text\":\"b\",\"label\":\"x\"}~ |",
        "jsonl | [~{\"text\":\"a\",\"label\":\"x\"},~{\"text\":\"b\",\"label\":\"y\"}~]~ | jq -c '.[]' | {\"text\":\"a\",\"label\":\"x\"}~{\"text\":\"b\",\"label\":\"y\"}~ |",
        "jsonl | {~\"text\":\"a\",\"label\":\"x\"~}~{~\"text\":\"b\",\"label\":\"y\"~}~ | jq -c '.' | {\"text\":\"a\",\"label\":\"x\"}~{\"text\":\"b\",\"label\":\"y\"}~ |",
        "jsonl | {\"text\":\"a\",\"label\":\"x\"}~{\"text\": }~ | correct or remove these rows | {\"text\":\"a\",\"label\":\"x\"}~ |",
        "parquet | text,label~a,x~ | is not a readable Parquet file | text,label~a,x~ | source.format=csv",
        "csv | {\"text\":\"a\",\"label\":\"x\"}~ | say jsonl in source.format | {\"text\":\"a\",\"label\":\"x\"}~ | source.format=jsonl",
        "jsonl | text,label~a,x~ | if the file has another format, set source.format | text,label~a,x~ | source.format=csv",
      })
  void ofARawFile(String format, String wrong, String says, String right, String set)
      throws IOException {
    Path file = write("raw.csv", wrong.replace('~', '\n'));
    assertThat(check(file, "source.format=" + format)).contains(says);
    write("raw.csv", right.replace('~', '\n'));
    String sets = "source.format=" + format + (set == null ? "" : " & " + set);
    assertThat(check(file, Advice.sets(sets))).isEmpty();
  }

  /** No message advises to remove the lines of an array: all rows but the last would be lost. */
  @Test
  void linesOfAnArrayAreNoBadRows() throws IOException {
    Path file = write("raw.jsonl", "[\n{\"text\":\"a\",\"label\":\"x\"},\n{}\n]\n");
    assertThat(check(file, "source.format=jsonl")).doesNotContain("remove these rows");
    write("raw.jsonl", "no\njson\n");
    assertThat(check(file, "source.format=jsonl"))
        .contains(
            "JSON Lines need one object in each line: line 1 is not JSON (Unrecognized token 'no'")
        .doesNotContain("jq");
  }

  @Test
  void ofAnEncoding() throws IOException {
    for (String charset : List.of("windows-1252", "UTF-16")) {
      Path file = write("raw.csv", "text,label\ncafé,x\nb,y\n".getBytes(charset));
      String from = charset.toLowerCase(Locale.ROOT);
      assertThat(check(file)).contains("iconv -f " + from + " -t utf-8");
      write("raw.csv", new String(Files.readAllBytes(file), charset));
      assertThat(check(file)).isEmpty();
    }
  }

  /** Rewriting bytes that are not text as UTF-8, as iconv does, would corrupt them. */
  @ParameterizedTest
  @CsvSource({
    "ffffffff00010000, is an Arrow file; write it as Parquet",
    "4152524f5731, is an Arrow file; write it as Parquet",
    "4f524303000a, is an ORC file; write it as Parquet",
    "377abcaf271c, is a 7z archive; unpack it",
    "53514c69746520666f726d61742033, is an SQLite database; write its table as CSV",
    "255044462d312e35, is a PDF; write its rows as CSV or JSON lines",
    "d0cf11e0a1b11ae1, is an old Office file; save it as CSV",
    "0aff00ff, is not text (byte 0xff",
  })
  void ofAFileThatIsNoText(String bytes, String says) throws IOException {
    for (String format : List.of("csv", "jsonl")) {
      Path file = write("raw." + format, HexFormat.of().parseHex(bytes));
      assertThat(check(file, "source.format=" + format)).contains(says).doesNotContain("iconv");
    }
    Path file = write("raw.parquet", HexFormat.of().parseHex(bytes));
    assertThat(check(file, "source.format=parquet"))
        .contains(says.startsWith("is no") ? "is not a readable Parquet file" : says);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] zip(String... names) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(ROWS.getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toByteArray();
  }

  @Test
  void ofAPackedFile() throws IOException {
    byte[] once = gzip(ROWS.getBytes(StandardCharsets.UTF_8));
    Path file = write("packed", gzip(gzip(once)));
    assertThat(check(file)).contains("is packed three times; unpack it");
    write("packed", gzip(once));
    assertThat(check(file)).isEmpty();
    for (byte[] whole : List.of(once, zip("r.csv"))) {
      write("packed", Arrays.copyOf(whole, 50));
      assertThat(check(file)).contains("pack it again, or give it unpacked").doesNotContain("null");
      write("packed", whole);
      assertThat(check(file)).isEmpty();
    }
    write("packed", zip("r.csv", "s.csv"));
    assertThat(check(file)).contains("unpack it and name the file or folder");
    write("packed", zip("mimetype", "content.xml"));
    assertThat(check(file)).contains("is an Office file; save it as CSV (UTF-8)");
    write("unpacked/r.csv", ROWS);
    assertThat(check(write("unpacked/s.csv", ROWS).getParent())).isEmpty();
  }

  /**
   * The first bytes that Apache ORC writes, plain and with a codec; a header may start the same
   * way.
   */
  @Test
  void anOrcFileIsToldFromAColumnOfThatName() throws IOException {
    for (String head : List.of("4f52430a06120408", "4f52431100000a06")) {
      Path file = write("rows", HexFormat.of().parseHex(head));
      assertThat(check(file)).contains("is an ORC file; write it as Parquet");
    }
    assertThat(check(write("rows", "ORCID,label\n1,x\n"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.csv b.jsonl | . | move it away or rename it | a.csv",
        "x/a.csv y/a.csv | . | name one of them | x",
        "train.csv extra.csv | . | move these away, or name each set's own file or folder | train.csv",
        "train_sft.csv train_gen.csv | . | holds several splits of train (train_gen, train_sft); move each to its own folder and name one | train_sft.csv",
        "train-1.csv train.part2.csv | . | OK | .",
        "train.csv train_test.csv | . | rename it, or name each set's own file or folder | train.csv",
        "test.csv | . | name a file directly to use it anyway | test.csv",
        "x/.a.csv | x | name the folder that has them itself | x/.a.csv",
        "label=x/a.csv b/a.csv | label=x | OK | b",
      })
  void ofAFolder(String files, String wrong, String says, String right) throws IOException {
    for (String file : files.split(" ")) {
      write("raw/" + file, ROWS);
    }
    String said = check(dir.resolve("raw/" + wrong).normalize());
    assertThat(said.isEmpty() ? "OK" : said).contains(says);
    assertThat(check(dir.resolve("raw/" + right))).isEmpty();
  }

  /** The test files of a folder may be named by the folder, by their own folder or one by one. */
  @Test
  void ofSetsThatAreNamedTwice() throws IOException {
    write("raw/train/a.csv", ROWS);
    Path test = write("raw/test/a.csv", ROWS);
    Path raw = dir.resolve("raw");
    assertThat(check(raw, "test=0", "source.test=" + dir.resolve("r.csv")))
        .contains("remove source.test, let it name the same folder, or move these files away");
    for (Path same : List.of(raw, test.getParent(), test)) {
      assertThat(check(raw, "test=0", "source.test=" + same)).isEmpty();
    }
    assertThat(check(raw, "test=0")).isEmpty();
    write("raw/test-1.csv", ROWS);
    assertThat(check(raw, "test=0", "source.test=" + test.getParent())).contains("test-1.csv");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "clients=30 | to deal; lower clients~ | clients=16",
        "clients=2 & partitioner.minRows=9 | lower clients or partitioner.minRows | clients=1 & partitioner.minRows=9",
      })
  void ofADeal(String wrong, String says, String right) throws IOException {
    Advice advice = new Advice(dir);
    StringBuilder rows = new StringBuilder("text,label\n");
    for (int i = 0; i < 20; i++) {
      rows.append("t%d,%s%n".formatted(i / 2, i % 2 == 0 ? "x" : "y"));
    }
    String yaml = yaml(write("deal.csv", rows.toString()));
    assertThat(advice.run("partition", yaml, Advice.sets(wrong)))
        .contains(says.replace("~", System.lineSeparator()));
    assertThat(advice.run("partition", yaml, Advice.sets(right))).isEmpty();
  }
}
