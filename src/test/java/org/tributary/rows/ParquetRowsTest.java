package org.tributary.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

class ParquetRowsTest {
  private static final Schema ALL =
      Schema.of(
          new Schema.Column("text", Schema.Type.STRING),
          new Schema.Column("long", Schema.Type.LONG),
          new Schema.Column("int", Schema.Type.INT),
          new Schema.Column("double", Schema.Type.DOUBLE),
          new Schema.Column("float", Schema.Type.FLOAT),
          new Schema.Column("boolean", Schema.Type.BOOLEAN),
          new Schema.Column("binary", Schema.Type.BINARY));
  private static final Schema NUMBER = Schema.of(new Schema.Column("n", Schema.Type.LONG));

  @TempDir java.nio.file.Path dir;
  private Store store;

  @BeforeEach
  void open() {
    store = Store.of(new Configuration(false));
  }

  private Path path(String name) {
    return new Path(dir.resolve(name).toUri());
  }

  private Path write(String name, Schema schema, List<Row> rows) throws IOException {
    store.commit(path(name), out -> ParquetRows.write(out, schema, rows));
    return path(name);
  }

  @Test
  void everyTypeAndNullComesBack() throws IOException {
    Row full = Row.of(ALL, "äö 🙂", 1L << 40, -7, 0.1, 1.5f, true, new byte[] {0, -1});
    Row empty = Row.of(ALL, null, null, null, null, null, null, null);
    Path file = write("all.parquet", ALL, List.of(full, empty, full));
    try (ParquetReading rows = ParquetRows.read(store, file)) {
      assertThat(rows.schema()).isEqualTo(ALL);
      assertThat(rows.rows()).isEqualTo(3);
      assertThat(list(rows)).containsExactly(full, empty, full);
    }
    assertThat(dir.toFile().list()).containsExactly("all.parquet");
  }

  @Test
  void equalRowsGiveEqualBytesAndTheStreamStaysOpen() throws IOException {
    boolean[] closed = {false};
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ByteArrayOutputStream out =
          new ByteArrayOutputStream() {
            @Override
            public void close() {
              closed[0] = true;
            }
          };
      ParquetRows.write(out, NUMBER, numbers(10_000));
      files.add(out.toByteArray());
    }
    assertThat(files.get(0)).isEqualTo(files.get(1));
    assertThat(closed[0]).isFalse();
  }

  /** Parquet itself orders them by hash codes, which differ in every JVM. */
  @Test
  void encodingsStandInTheOrderOfTheirNumbers() throws IOException {
    List<Row> rows = new ArrayList<>(); // repeated values are written with a dictionary
    for (int i = 0; i < 1000; i++) {
      rows.add(Row.of(ALL, "t" + i % 3, i % 5L, i, 0.5, 1f, true, new byte[] {(byte) i}));
    }
    Path file = write("encodings.parquet", ALL, rows);
    byte[] bytes = store.readAll(file);
    int length =
        ByteBuffer.wrap(bytes, bytes.length - 8, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
    FileMetaData footer =
        Util.readFileMetaData(new ByteArrayInputStream(bytes, bytes.length - 8 - length, length));
    int several = 0;
    for (ColumnChunk chunk : footer.getRow_groups().get(0).getColumns()) {
      List<Encoding> encodings = chunk.getMeta_data().getEncodings();
      assertThat(encodings).isSortedAccordingTo(Comparator.comparingInt(Encoding::getValue));
      several += encodings.size() > 2 ? 1 : 0;
    }
    assertThat(several).isGreaterThan(3);
    try (ParquetReading read = ParquetRows.read(store, file)) {
      assertThat(list(read)).isEqualTo(rows);
    }
  }

  @Test
  void filesLargerThanWhatIsHeldBackAreWhole() throws IOException {
    Schema text = Schema.of(new Schema.Column("text", Schema.Type.STRING));
    SplittableRandom random = new SplittableRandom(3);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      byte[] noise = new byte[30_000];
      random.nextBytes(noise);
      rows.add(Row.of(text, Base64.getEncoder().encodeToString(noise)));
    }
    Path file = write("large.parquet", text, rows);
    assertThat(Files.size(dir.resolve("large.parquet"))).isGreaterThan(8 << 20);
    try (ParquetReading read = ParquetRows.read(store, file)) {
      assertThat(list(read)).isEqualTo(rows);
    }
  }

  @Test
  void aFileWithoutRowsIsWhole() throws IOException {
    try (ParquetReading rows = ParquetRows.read(store, write("none.parquet", NUMBER, List.of()))) {
      assertThat(rows.schema()).isEqualTo(NUMBER);
      assertThat(rows.hasNext()).isFalse();
    }
  }

  @Test
  void columnsInTheOrderAskedFor() throws IOException {
    Row full = Row.of(ALL, "t", 1L, 2, 3.0, 4f, false, new byte[0]);
    Path file = write("all.parquet", ALL, List.of(full));
    ParquetRows.forEach(
        store,
        file,
        List.of("float", "text"),
        row -> {
          assertThat(row.schema().names()).containsExactly("float", "text");
          assertThat(row.text("text")).isEqualTo("t");
          assertThat(row.longAt("float")).isEqualTo(4);
        });
  }

  @Test
  void rangesCrossRowGroups() throws IOException {
    Path file = path("groups.parquet");
    MessageType schema = MessageTypeParser.parseMessageType("message m { required int64 n; }");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(file)
            .withConf(new Configuration(false))
            .withType(schema)
            .withRowGroupSize(4096L)
            .withPageSize(512)
            .withMinRowCountForPageSizeCheck(10)
            .build()) {
      for (long i = 0; i < 5000; i++) {
        SimpleGroup group = new SimpleGroup(schema);
        group.add("n", i * 7919 % 5000);
        writer.write(group);
      }
    }
    for (int[] range : new int[][] {{0, 5000}, {0, 1}, {4999, 5000}, {1234, 4321}, {77, 77}}) {
      try (ParquetReading rows = ParquetRows.read(store, file).range(range[0], range[1])) {
        List<Long> read = list(rows).stream().map(row -> row.longAt("n")).toList();
        assertThat(read)
            .isEqualTo(
                IntStream.range(range[0], range[1]).mapToObj(i -> i * 7919L % 5000).toList());
      }
    }
    try (ParquetFileReader footer = ParquetFileReader.open(new ParquetInput(store, file));
        ParquetReading rows = ParquetRows.read(store, file)) {
      assertThat(footer.getRowGroups()).hasSizeGreaterThan(2);
      assertThatThrownBy(() -> rows.range(0, 5001)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void numbersOfOtherWidthsAndText() {
    Row row = Row.of(ALL, "12", 5L, 6, 7.5, 8f, true, "b".getBytes());
    assertThat(row.longAt("text")).isEqualTo(12);
    assertThat(row.longAt("int")).isEqualTo(6);
    assertThat(row.doubleAt("long")).isEqualTo(5.0);
    assertThat(row.doubleAt("float")).isEqualTo(8.0);
    assertThat(row.text("int")).isEqualTo("6");
    assertThat(row.text("binary")).isEqualTo("b");
    assertThatThrownBy(() -> row.longAt("double"))
        .hasMessageContaining("double")
        .hasMessageContaining("7.5");
    assertThatThrownBy(() -> row.longAt("boolean")).hasMessageContaining("true");
    assertThatThrownBy(() -> Row.of(ALL, 1, null, null, null, null, null, null))
        .hasMessageContaining("text");
  }

  @Test
  void missingAndUnreadableFilesAreNamed() throws IOException {
    assertThatThrownBy(() -> ParquetRows.read(store, path("absent.parquet")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("absent.parquet")
        .hasMessageContaining("does not exist");
    Files.writeString(dir.resolve("text.parquet"), "this is not a Parquet file at all, really");
    Files.write(dir.resolve("tiny.parquet"), new byte[3]);
    byte[] whole = store.readAll(write("whole.parquet", NUMBER, numbers(1000)));
    Files.write(dir.resolve("cut.parquet"), Arrays.copyOf(whole, whole.length / 2));
    byte[] footer = whole.clone();
    Arrays.fill(footer, whole.length - 60, whole.length - 8, (byte) 0x7f);
    Files.write(dir.resolve("footer.parquet"), footer);
    byte[] page = whole.clone();
    Arrays.fill(page, 4, 40, (byte) 0x7f);
    Files.write(dir.resolve("page.parquet"), page);
    for (String name : List.of("text", "tiny", "cut", "footer", "page")) {
      assertThatThrownBy(
              () -> {
                try (ParquetReading rows = ParquetRows.read(store, path(name + ".parquet"))) {
                  list(rows);
                }
              })
          .as(name)
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining(name + ".parquet");
    }
    Files.createDirectory(dir.resolve("folder.parquet"));
    assertThatThrownBy(() -> ParquetRows.read(store, path("folder.parquet")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("folder.parquet");
  }

  @Test
  void missingColumnsAreToldAllAtOnceWithTheNearest() throws IOException {
    Path file = write("all.parquet", ALL, List.of());
    assertThatThrownBy(() -> ParquetRows.read(store, file, List.of("texd", "long", "elsewhere")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("all.parquet")
        .hasMessageContaining("no column texd")
        .hasMessageContaining("did you mean text?")
        .hasMessageContaining("no column elsewhere")
        .hasMessageContaining("text, long, int, double");
  }

  private Path groups(String schemaText, java.util.function.Consumer<Group> fill)
      throws IOException {
    Path file = path("groups%d.parquet".formatted(schemaText.hashCode()));
    MessageType schema = MessageTypeParser.parseMessageType(schemaText);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(file)
            .withConf(new Configuration(false))
            .withType(schema)
            .build()) {
      SimpleGroup group = new SimpleGroup(schema);
      fill.accept(group);
      writer.write(group);
      writer.write(group);
    }
    return file;
  }

  @Test
  void nestedColumnsAreReadAsJsonWhenAskedFor() throws IOException {
    Path file =
        groups(
            "message m { required int32 n; repeated int32 many; optional group g { required int32 x; }"
                + " optional group turns (LIST) { repeated group list { optional group element {"
                + " optional binary role (STRING); optional binary content (STRING); } } }"
                + " optional group old (LIST) { repeated int64 array; }"
                + " optional group map (MAP) { repeated group key_value {"
                + " required binary key (STRING); optional double value; } } }",
            group -> {
              group.add("n", 5);
              group.add("many", 1);
              group.add("many", 2);
              Group turns = group.addGroup("turns");
              Group first = turns.addGroup("list").addGroup("element");
              first.add("role", "user");
              first.add("content", "say \"é\"");
              turns.addGroup("list").addGroup("element").add("role", "assistant");
              turns.addGroup("list");
              group.addGroup("old").add("array", 7L);
              Group entry = group.addGroup("map").addGroup("key_value");
              entry.add("key", "k");
              entry.add("value", 0.5);
            });
    try (ParquetReading rows = ParquetRows.read(store, file)) {
      assertThat(rows.schema().names()).containsExactly("n");
      assertThat(rows.next().longAt("n")).isEqualTo(5);
    }
    List<String> names = List.of("many", "g", "turns", "old", "map", "n");
    try (ParquetReading rows = ParquetRows.read(store, file, names)) {
      for (int i = 0; i < 2; i++) {
        Row row = rows.next();
        assertThat(row.text("many")).isEqualTo("[1,2]");
        assertThat(row.text("g")).isNull();
        assertThat(row.text("turns"))
            .isEqualTo(
                "[{\"role\":\"user\",\"content\":\"say \\\"é\\\"\"},{\"role\":\"assistant\",\"content\":null},null]");
        assertThat(row.text("old")).isEqualTo("[7]");
        assertThat(row.text("map")).isEqualTo("{\"k\":0.5}");
      }
    }
  }

  @Test
  void specialTypesKeepTheirValues() throws IOException {
    Path file =
        groups(
            "message m { required int32 u8 (INTEGER(8,false)); required int32 u32 (INTEGER(32,false));"
                + " required int64 u64 (INTEGER(64,false)); required int32 i8 (INTEGER(8,true));"
                + " required int32 day (DATE); required int64 utc (TIMESTAMP(MICROS,true));"
                + " required int64 local (TIMESTAMP(MILLIS,false)); required int64 nanos (TIMESTAMP(NANOS,true));"
                + " required int32 time (TIME(MILLIS,false)); required int96 old;"
                + " required int32 d9 (DECIMAL(9,2)); required int64 d18 (DECIMAL(18,3));"
                + " required fixed_len_byte_array(9) d20 (DECIMAL(20,4)); required binary db (DECIMAL(5,1)); }",
            group -> {
              group.add("u8", 200);
              group.add("u32", -1);
              group.add("u64", 1L << 40);
              group.add("i8", -7);
              group.add("day", -1);
              group.add("utc", 1_714_566_600_000_001L);
              group.add("local", -1L);
              group.add("nanos", 1_714_566_600_000_000_000L);
              group.add("time", 45_000_500);
              group.add(
                  "old",
                  Binary.fromConstantByteArray(
                      ByteBuffer.allocate(12)
                          .order(ByteOrder.LITTLE_ENDIAN)
                          .putLong(3_600_000_000_000L)
                          .putInt(2_440_589)
                          .array()));
              group.add("d9", -1250);
              group.add("d18", 1L);
              group.add(
                  "d20", Binary.fromConstantByteArray(new byte[] {0, 0, 0, 0, 0, 0, 1, 0, 0}));
              group.add("db", Binary.fromConstantByteArray(new byte[] {-1}));
            });
    try (ParquetReading rows = ParquetRows.read(store, file)) {
      Row row = rows.next();
      assertThat(row.schema().columns())
          .extracting(Schema.Column::type)
          .startsWith(
              Schema.Type.INT,
              Schema.Type.LONG,
              Schema.Type.LONG,
              Schema.Type.INT,
              Schema.Type.STRING);
      List<String> texts = row.schema().names().stream().map(row::text).toList();
      assertThat(texts)
          .containsExactly(
              "200",
              "4294967295",
              "1099511627776",
              "-7",
              "1969-12-31",
              "2024-05-01T12:30:00.000001Z",
              "1969-12-31T23:59:59.999",
              "2024-05-01T12:30:00Z",
              "12:30:00.5",
              "1970-01-02T01:00:00",
              "-12.50",
              "0.001",
              "6.5536",
              "-0.1");
    }
    Path large =
        groups(
            "message m { required int64 id (INTEGER(64,false)); }", group -> group.add("id", -1L));
    try (ParquetReading rows = ParquetRows.read(store, large)) {
      assertThatThrownBy(rows::next)
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("row 1: column id holds the unsigned number 18446744073709551615");
    }
    Path interval =
        groups(
            "message m { required int32 n; required fixed_len_byte_array(12) i (INTERVAL); }",
            group -> {
              group.add("n", 1);
              group.add("i", Binary.fromConstantByteArray(new byte[12]));
            });
    assertThatThrownBy(() -> ParquetRows.read(store, interval, List.of("i")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("column i is of type");
  }

  @Test
  void aCodecThatIsNotThereIsNamed() throws IOException {
    byte[] bytes = store.readAll(write("snappy.parquet", NUMBER, numbers(10)));
    FileMetaData footer;
    int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
    footer =
        Util.readFileMetaData(new ByteArrayInputStream(bytes, bytes.length - 8 - length, length));
    for (String codec : List.of("LZO", "BROTLI")) {
      footer
          .getRow_groups()
          .get(0)
          .getColumns()
          .get(0)
          .getMeta_data()
          .setCodec(org.apache.parquet.format.CompressionCodec.valueOf(codec));
      ByteArrayOutputStream tail = new ByteArrayOutputStream();
      Util.writeFileMetaData(footer, tail);
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(bytes, 0, bytes.length - 8 - length);
      tail.writeTo(file);
      file.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(tail.size()).array());
      file.write("PAR1".getBytes(UTF_8));
      Files.write(dir.resolve(codec + ".parquet"), file.toByteArray());
      assertThatThrownBy(() -> ParquetRows.read(store, path(codec + ".parquet")))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining(codec + ".parquet: column n is compressed with " + codec)
          .hasMessageContaining("write it with snappy, gzip or zstd");
    }
  }

  @Test
  void textThatIsNotUtf8IsRefusedAndTheReplacementCharacterIsNot() throws IOException {
    Path file = path("latin.parquet");
    MessageType schema =
        MessageTypeParser.parseMessageType("message m { required binary text (STRING); }");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(file)
            .withConf(new Configuration(false))
            .withType(schema)
            .build()) {
      for (byte[] text : List.of("\ufffd".getBytes(UTF_8), "caf\u00e9".getBytes(ISO_8859_1))) {
        SimpleGroup group = new SimpleGroup(schema);
        group.add("text", Binary.fromConstantByteArray(text));
        writer.write(group);
      }
    }
    try (ParquetReading rows = ParquetRows.read(store, file)) {
      assertThat(rows.next().text("text")).isEqualTo("\ufffd");
      assertThatThrownBy(rows::next)
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("latin.parquet, row 2: column text holds text that is not UTF-8");
    }
  }

  private static List<Row> numbers(int n) {
    return IntStream.range(0, n).mapToObj(i -> Row.of(NUMBER, (long) i)).toList();
  }

  private static List<Row> list(Iterator<Row> rows) {
    List<Row> all = new ArrayList<>();
    rows.forEachRemaining(all::add);
    return all;
  }
}
