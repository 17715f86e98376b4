package org.tributary.rows.raw;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

class RawFormatTest {
  private static final Store STORE = Store.of(new Configuration(false));

  @TempDir Path dir;

  private org.apache.hadoop.fs.Path file(String name, byte[] bytes) throws IOException {
    return new org.apache.hadoop.fs.Path(Files.write(dir.resolve(name), bytes).toUri());
  }

  private static List<List<Object>> read(
      RawFormat format, FileSplit piece, Map<String, ColumnKind> columns) throws IOException {
    List<List<Object>> rows = new ArrayList<>();
    try (RawFormat.Rows read = format.read(STORE, piece, columns)) {
      read.forEachRemaining(row -> rows.add(Arrays.asList(row)));
    }
    return rows;
  }

  private List<List<Object>> json(String... lines) throws IOException {
    FileSplit piece = FileSplit.whole(file("a.jsonl", String.join("\n", lines).getBytes(UTF_8)));
    SplitSummary survey = RawFormat.jsonLines().survey(STORE, piece);
    assertThat(survey.bad()).as(survey.named(0).toString()).isZero();
    List<List<Object>> rows = read(RawFormat.jsonLines(), piece, survey.columns());
    assertThat(rows).hasSize((int) survey.rows());
    rows.add(0, List.copyOf(survey.columns().keySet()));
    rows.add(1, List.copyOf(survey.columns().values()));
    return rows;
  }

  private List<String> bad(String... lines) throws IOException {
    FileSplit piece = FileSplit.whole(file("a.jsonl", String.join("\n", lines).getBytes(UTF_8)));
    return RawFormat.jsonLines().survey(STORE, piece).named(0);
  }

  @Test
  void aColumnHasTheTypeThatHoldsAllItsValues() throws IOException {
    assertThat(
            json(
                "{\"i\": 1, \"d\": 1, \"t\": 1.10, \"b\": true, \"n\": null, \"big\": 12345678901234567890}",
                "",
                "\t",
                "{\"d\": 2.5, \"t\": \"x\", \"b\": false, \"o\": {\"a\": [1.50, \"é\"]}, \"big\": 1}",
                "[{\"i\": -3}, {\"d\": NaN, \"t\": {\"k\": 1}}]"))
        .containsExactly(
            List.of("i", "d", "t", "b", "n", "big", "o"),
            List.of(
                ColumnKind.LONG,
                ColumnKind.DOUBLE,
                ColumnKind.STRING,
                ColumnKind.BOOLEAN,
                ColumnKind.NULL,
                ColumnKind.BIG,
                ColumnKind.OBJECT),
            Arrays.asList(1L, 1.0, "1.10", true, null, "12345678901234567890", null),
            Arrays.asList(null, 2.5, "x", false, null, "1", "{\"a\":[1.50,\"é\"]}"),
            Arrays.asList(-3L, null, null, null, null, null, null),
            Arrays.asList(null, Double.NaN, "{\"k\":1}", null, null, null, null));
  }

  @Test
  void linesThatAreNoObjectsAreNamed() throws IOException {
    String deep = "{\"a\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    assertThat(
            bad(
                "{\"a\": 1}",
                "[1, 2]",
                "{\"a\": 1} {\"a\": 2}",
                "{\"a\": \"cut",
                "{\"a\": 1, \"b\": {\"c\": 1}, \"a\": 2}",
                deep,
                "{\"a\": \"\\ud83d\"}",
                "{\"a\": \"\\ud83d\\ude00\"}",
                "{\"a\": [\"\\ude00\"]}",
                "7"))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("line 2 holds no object"),
            line -> assertThat(line).isEqualTo("line 3 has more after its object"),
            line -> assertThat(line).startsWith("line 4 is not JSON (Unexpected end-of-input"),
            line -> assertThat(line).isEqualTo("line 5 has the key `a` twice; leave it once"),
            line ->
                assertThat(line)
                    .startsWith("line 6 is not JSON")
                    .contains("1000")
                    .hasSizeLessThan(300),
            line -> assertThat(line).startsWith("line 7 holds half of a surrogate pair"),
            line -> assertThat(line).startsWith("line 9 holds half of a surrogate pair"),
            line -> assertThat(line).isEqualTo("line 10 holds no object"));
  }

  @Test
  void manyKeysAndLongLines() throws IOException {
    StringBuilder keys = new StringBuilder("{");
    for (int i = 0; i < 20_000; i++) {
      StringBuilder name = new StringBuilder("abcdefghijklmno");
      for (int bit = 0; bit < 15; bit++) {
        if ((i >> bit & 1) == 1) {
          name.setCharAt(bit, Character.toUpperCase(name.charAt(bit)));
        }
      }
      keys.append(i == 0 ? "" : ",").append("\"%s\": %d".formatted(name, i));
    }
    String wide = keys.append('}').toString();
    List<List<Object>> rows = json(wide, wide, wide);
    assertThat(rows.get(0)).hasSize(20_000).doesNotHaveDuplicates();
    assertThat(rows.get(4).get(19_999)).isEqualTo(19_999L);
    String text = "x".repeat(10_000_000);
    assertThat(json("{\"a\": \"%s\"}".formatted(text)).get(2).get(0)).isEqualTo(text);
  }

  /** Wherever a file is cut, every line is in exactly one piece, with its number. */
  @Test
  void piecesHaveEveryLineOnce() throws IOException {
    Random random = new Random(3);
    StringBuilder text = new StringBuilder("\ufeff");
    List<Object> expected = new ArrayList<>();
    List<Integer> badLines = new ArrayList<>();
    String[] ends = {"\n", "\r\n", "\r"};
    for (int i = 0; i < 24; i++) {
      if (i % 9 == 5) {
        text.append("bad");
        badLines.add(i + 1);
      } else if (i % 9 != 3) {
        expected.add("é" + "x".repeat(random.nextInt(9)) + i);
        text.append("{\"a\": \"%s\"}".formatted(expected.get(expected.size() - 1)));
      }
      text.append(ends[random.nextInt(3)]);
    }
    byte[] bytes = text.toString().getBytes(UTF_8);
    String file = file("a.jsonl", bytes).toString();
    RawFormat json = RawFormat.jsonLines();
    for (int step = 1; step < 80; step += step < 12 ? 1 : 7) {
      List<Object> values = new ArrayList<>();
      List<String> named = new ArrayList<>();
      long lines = 0;
      for (int from = 0; from < bytes.length; from += step) {
        long to = from + step < bytes.length ? from + step : FileSplit.END;
        FileSplit piece = new FileSplit(file, from, to);
        SplitSummary survey = json.survey(STORE, piece);
        named.addAll(survey.named(lines));
        lines += survey.lines();
        if (survey.bad() == 0) {
          read(json, piece, Map.of("a", ColumnKind.STRING)).forEach(row -> values.add(row.get(0)));
        } else {
          // Pieces must be read without bad lines: here the good ones are read one by one.
          for (String line : text.toString().split("\r\n|\n|\r")) {
            if (line.startsWith("{") && covers(piece, text.indexOf(line), text.toString())) {
              values.add(line.substring(7, line.length() - 2));
            }
          }
        }
      }
      assertThat(values).as("pieces of %d bytes", step).isEqualTo(expected);
      assertThat(named)
          .as("pieces of %d bytes", step)
          .extracting(line -> Integer.parseInt(line.split(" ")[1]))
          .isEqualTo(badLines);
    }
  }

  private static boolean covers(FileSplit piece, int at, String text) {
    long place = text.substring(0, at).getBytes(UTF_8).length;
    // The byte order mark is part of the first line.
    place = place == 3 ? 0 : place;
    return piece.from() <= place && place < piece.to();
  }

  @Test
  void csvIsReadFromItsBytesOn() throws IOException {
    RawFormat csv = RawFormat.csv(null);
    FileSplit piece =
        FileSplit.whole(file("a.csv", "\ufefftext;label\r\n\"a\r\nb\";x\nc;y\r".getBytes(UTF_8)));
    SplitSummary survey = csv.survey(STORE, piece);
    assertThat(survey.separator()).isEqualTo(';');
    assertThat(survey.columns())
        .isEqualTo(Map.of("text", ColumnKind.STRING, "label", ColumnKind.STRING));
    Map<String, ColumnKind> columns = new LinkedHashMap<>();
    columns.put("label", ColumnKind.STRING);
    columns.put("text", ColumnKind.STRING);
    assertThat(read(csv, piece, columns))
        .containsExactly(List.of("x", "a\r\nb"), List.of("y", "c"));
  }

  private char separator(String text) throws IOException {
    FileSplit piece = FileSplit.whole(file("s.csv", text.getBytes(UTF_8)));
    return RawFormat.csv(null).survey(STORE, piece).separator();
  }

  @Test
  void theHeaderTellsTheSeparator() throws IOException {
    assertThat(separator("text,label\na;b;c,x\n")).isEqualTo(',');
    assertThat(separator("text;label\na,b;x\n")).isEqualTo(';');
    assertThat(separator("text\tlabel\na,b\tx\n")).isEqualTo('\t');
    assertThat(separator("text|label\na|x\n")).isEqualTo('|');
    assertThat(separator("\"a,b\";c\n1;2\n")).isEqualTo(';');
    assertThat(separator("text\nwhat a day\n")).isEqualTo(',');
    assertThat(separator("a|b,c\n1,2\n3,4|5\n")).as("as its rows are").isEqualTo(',');
    assertThatThrownBy(() -> separator("a|b,c\n1|2,3\n|,\n"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("s.csv: the header could be separated by ")
        .hasMessageContaining("source.separator");
  }

  private byte[] packed(String codec, byte[] plain) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // Two members, one after the other, as cat makes them.
    for (byte[] half :
        List.of(
            Arrays.copyOf(plain, plain.length / 2),
            Arrays.copyOfRange(plain, plain.length / 2, plain.length))) {
      try (OutputStream out =
          new CompressorStreamFactory().createCompressorOutputStream(codec, bytes)) {
        out.write(half);
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void packedFilesAreUnpackedByTheirBytes() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      text.append("{\"a\": %d}\n".formatted(i));
    }
    byte[] plain = text.toString().getBytes(UTF_8);
    Map<String, byte[]> packed = new LinkedHashMap<>();
    for (String codec : List.of("gz", "bzip2", "xz", "zstd", "lz4-framed")) {
      packed.put(codec, packed(codec, plain));
    }
    packed.put("gzip named .bz2", packed.get("gz"));
    packed.put("plain text named .gz", plain);
    for (String extension : List.of(".snappy", ".lz4", ".deflate")) {
      CompressionCodec codec =
          new CompressionCodecFactory(new Configuration(false))
              .getCodec(new org.apache.hadoop.fs.Path("/x" + extension));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (OutputStream out = codec.createOutputStream(bytes)) {
        out.write(plain);
      }
      packed.put("of Hadoop" + extension, bytes.toByteArray());
    }
    packed.put("zip", zip(Map.of("data/rows.jsonl", plain, "__MACOSX/._rows.jsonl", new byte[9])));
    packed.put("zip of gz", zip(Map.of("rows.jsonl.gz", packed.get("gz"))));
    for (Map.Entry<String, byte[]> one : packed.entrySet()) {
      FileSplit piece = FileSplit.whole(file("a" + one.getKey(), one.getValue()));
      assertThat(RawFormat.jsonLines().survey(STORE, piece).rows())
          .as(one.getKey())
          .isEqualTo(2000);
      if (!one.getKey().contains("plain") && !one.getKey().contains("Hadoop")) {
        byte[] half = Arrays.copyOf(one.getValue(), one.getValue().length / 3);
        refused("half" + one.getKey(), half, "cannot be unpacked");
      }
    }
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private void refused(String name, byte[] bytes, String... fragments) throws IOException {
    FileSplit piece = FileSplit.whole(file(name, bytes));
    assertThatThrownBy(() -> RawFormat.jsonLines().survey(STORE, piece))
        .as(name)
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(name)
        .satisfies(e -> assertThat(e.getMessage()).contains(fragments));
  }

  @Test
  void whatIsNoTextIsToldAsWhatItIs() throws Exception {
    byte[] rows = "{\"a\": 1}\n".getBytes(UTF_8);
    refused(
        "b.zip",
        zip(Map.of("a.jsonl", rows, "b.jsonl", rows)),
        "a zip of several files",
        "unpack it");
    refused("none.zip", zip(Map.of()), "is an empty zip");
    refused(
        "c.xlsx", zip(Map.of("[Content_Types].xml", rows)), "is an Office file; save it as CSV");
    String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
    refused("lfs.jsonl", pointer.getBytes(UTF_8), "a pointer of Git LFS", "run git lfs pull");
    refused("d.jsonl", "PAR1xxxx".getBytes(UTF_8), "a Parquet file; set source.format");
    byte[] tar = new byte[512];
    System.arraycopy("ustar".getBytes(UTF_8), 0, tar, 257, 5);
    refused("e.tar", tar, "is a tar archive");
    refused("e.tar.gz", packed("gz", tar), "is a tar archive");
    refused("f.7z", new byte[] {0x37, 0x7a, (byte) 0xbc, (byte) 0xaf, 0x27, 0x1c}, "7z archive");
    refused(
        "g.jsonl",
        "{\"a\": \"caf\u00e9\"}".getBytes(ISO_8859_1),
        "line 1 is not UTF-8 (byte 0xe9)");
  }
}
