package org.tributary.partition;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rand;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.RawSetFile;
import org.tributary.fixture.Slow;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Schema;

/** DataFrames give the same sets as files with the same rows. */
@Slow
class FramePartitioningTest {
  private static final Store STORE = Store.of(new Configuration(false));

  /** How often the rows of a source that changes were read. */
  private static final AtomicInteger READS = new AtomicInteger();

  @RegisterExtension
  static final LocalSpark SPARK =
      new LocalSpark()
          .with("spark.sql.shuffle.partitions", "3")
          .with("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
          .with("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED")
          .with("spark.sql.session.timeZone", "Asia/Kathmandu");

  /** Stays: tasks of a refused job may still write for a moment, and a deletion would fail. */
  @TempDir(cleanup = CleanupMode.NEVER)
  Path dir;

  /** Parsed by the session, so not before it is open. */
  private static Column interval() {
    return expr("INTERVAL '3' SECOND");
  }

  private PartitionConfig config(String format, String train, String... sets) {
    return RawSetFile.config(
        format,
        train,
        dir.resolve("out"),
        List.of("validation=0.2", "partitioner.name=natural", "partitioner.column=site"),
        sets);
  }

  private Partitioning.Result run(Dataset<Row> train, String... sets) throws IOException {
    return run(Map.of("train", train), sets);
  }

  private Partitioning.Result run(Map<String, Dataset<Row>> frames, String... sets)
      throws IOException {
    return Partitioning.run(frames, STORE, config("parquet", "unread", sets));
  }

  private Manifest runFile(String format, Path train, String... sets) throws IOException {
    return Partitioning.run(SPARK.session(), STORE, config(format, train.toUri().toString(), sets))
        .manifest();
  }

  private static Dataset<Row> sql(String query) {
    return SPARK.session().sql(query);
  }

  /** Rows of four sites, some of them equal, with labels. */
  private static Dataset<Row> rows(int from, int to) {
    return sql(
        """
        SELECT concat('s', id %% 4) AS site, concat('text ', id - id %% 5 %% 2) AS text,
               IF(id %% 3 = 0, 'no', 'yes') AS label, id %% 4 AS n
        FROM range(%d, %d, 1, 3)
        """
            .formatted(from, to));
  }

  private Map<String, String> parts(Manifest manifest) {
    Map<String, String> hashes = new TreeMap<>();
    manifest.parts().forEach(part -> hashes.put(part.file(), part.sha256() + part.rows()));
    return hashes;
  }

  private List<org.tributary.rows.Row> read(Manifest.Part part) throws IOException {
    List<org.tributary.rows.Row> rows = new ArrayList<>();
    ParquetRows.forEach(
        STORE,
        new org.apache.hadoop.fs.Path(dir.resolve("out/set/" + part.file()).toUri()),
        List.of(),
        rows::add);
    return rows;
  }

  @Test
  void theSameBitsAsAFileInAnyOrderAndEveryClientItsOwnRows() throws IOException {
    Dataset<Row> rows = rows(0, 120).select("label", "n", "site", "text");
    rows.coalesce(1).write().json(dir.resolve("json").toString());
    Manifest file = runFile("jsonl", dir.resolve("json"), "name=file", "test=0.1");
    Manifest whole = run(rows.repartition(7).orderBy(rand(3)), "name=whole", "test=0.1").manifest();
    Manifest one = run(rows.coalesce(1), "test=0.1").manifest();

    assertThat(parts(whole)).isEqualTo(parts(file)).isEqualTo(parts(one)).hasSize(9);
    assertThat(whole.columns()).isEqualTo(file.columns());
    assertThat(whole.labels()).isEqualTo(file.labels());
    assertThat(whole.inputs().train()).isEqualTo(one.inputs().train());
    assertThat(whole.inputs().format()).isEqualTo("dataframe");
    for (String site : List.of("s0", "s1", "s2", "s3")) {
      assertThat(read(one.clients().get(site).train()))
          .hasSizeGreaterThan(10)
          .allSatisfy(row -> assertThat(row.text("site")).isEqualTo(site));
    }
  }

  @Test
  void everyTypeIsReadAsFromParquet() throws IOException {
    Dataset<Row> rows =
        sql(
            """
            SELECT concat('s', id % 2) AS site, IF(id % 3 = 0, null, 'x') AS label,
              CAST(id AS byte) AS b, CAST(-id AS short) AS s, CAST(id AS int) AS i, id AS l,
              CAST(id AS float) / 3 AS f, id / 7D AS d, id % 2 = 0 AS flag,
              CAST(concat('b', id) AS binary) AS bytes, CAST(id / 8 AS decimal(20, 4)) AS money,
              CAST(id AS decimal(5, 2)) AS small,
              date_add(DATE '0900-02-27', CAST(id AS int)) AS day,
              TIMESTAMP '1969-12-31 23:59:59.999' + make_interval(0, 0, 0, 0, 0, 0, id) AS at,
              TIMESTAMP_NTZ '2024-02-29 12:00:00' AS local,
              array(id, null) AS items, map('k', id, 'j', null) AS marks, map(id, 'v') AS byNumber,
              named_struct('x', id, 'when', DATE '2020-01-01', 'in', array(named_struct('y', 1.5)))
                AS nested,
              IF(id % 2 = 0, null, array(id)) AS maybe
            FROM range(0, 40, 1, 2)
            """);
    rows.write().parquet(dir.resolve("parquet").toString());
    Manifest file = runFile("parquet", dir.resolve("parquet"), "name=file", "label=null");
    Manifest frame = run(rows, "label=null").manifest();

    assertThat(frame.columns()).isEqualTo(file.columns());
    assertThat(parts(frame)).isEqualTo(parts(file));
    org.tributary.rows.Row first = read(frame.clients().get("s0").train()).get(0);
    long id = first.longAt("l");
    assertThat(first.text("nested"))
        .isEqualTo("{\"x\":%d,\"when\":\"2020-01-01\",\"in\":[{\"y\":\"1.5\"}]}", id);
    assertThat(first.text("at")).matches("(1969-12-31T18:1|1970-01-01T00:0|1969-12-31T18:)\\S+Z");
  }

  @Test
  void imagesOfBytesAndPath() throws IOException {
    Dataset<Row> rows =
        rows(0, 12)
            .withColumn(
                "picture",
                struct(
                    udf((UDF1<Long, byte[]>) FramePartitioningTest::png, DataTypes.BinaryType)
                        .apply(col("n"))
                        .as("bytes"),
                    col("text").as("path")));
    String[] keys = {"source.image=picture", "source.columns=[picture, label, site, file]"};
    rows.write().parquet(dir.resolve("images").toString());
    Manifest file = runFile("parquet", dir.resolve("images"), with(keys, "name=file"));
    Manifest frame = run(rows, keys).manifest();
    assertThat(parts(frame)).isEqualTo(parts(file));
    assertThat(frame.skipped()).isEqualTo(file.skipped()).containsKey("train");
    assertThat(frame.inputs().image()).isEqualTo("picture");
    READS.set(0);
    Dataset<Row> changing =
        rows.withColumn(
            "text",
            udf((UDF1<Long, String>) n -> "" + READS.incrementAndGet(), DataTypes.StringType)
                .asNondeterministic()
                .apply(col("n")));
    assertThatThrownBy(
            () ->
                run(
                    changing,
                    with(with(keys, "source.columns=[picture,site,text,label]"), "name=read")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("an unknown row: a second read of source.train gave other rows");
    assertThatThrownBy(
            () -> run(rows.withColumn("picture", col("text")), with(keys, "source.columns=[]")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("source.image: column picture is string; an encoded image is binary");
  }

  private static String[] with(String[] keys, String more) {
    List<String> all = new ArrayList<>(List.of(keys));
    all.add(more);
    return all.toArray(String[]::new);
  }

  /** An image of one pixel; the fourth cannot be decoded. */
  private static byte[] png(long number) throws IOException {
    if (number == 3) {
      return new byte[] {1, 2, 3};
    }
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, (int) number * 50);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  @Test
  void theContentDecidesWhetherASetIsThere() throws IOException {
    Partitioning.Result first = run(rows(0, 40));
    assertThat(first.made()).isTrue();
    Partitioning.Result again = run(rows(0, 40).orderBy(rand(1)));
    assertThat(again.made()).isFalse();
    assertThat(again.manifest()).isEqualTo(first.manifest());
    for (Dataset<Row> other :
        List.of(
            rows(0, 41),
            rows(0, 40).union(rows(0, 1)),
            rows(0, 40).withColumn("n", col("n").cast("int")),
            rows(0, 40).withColumnRenamed("n", "m"),
            rows(0, 40).withColumn("label", lit("no")))) {
      assertThatThrownBy(() -> run(other))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("holds another partition; choose another name or remove it")
          .hasMessageContaining("train was [{\"path\":\"DataFrame\"");
    }
    // Columns that are not kept make no difference.
    String columns = "source.columns=[text, site, label]";
    assertThat(run(rows(0, 40), "name=kept", columns).made()).isTrue();
    assertThat(run(rows(0, 40).drop("n"), "name=kept", columns).made()).isFalse();
  }

  @Test
  void givenSetsHaveTheColumnsOfTrainInAnyOrder() throws IOException {
    Manifest manifest =
        run(Map.of(
                "train", rows(0, 40),
                "validation", rows(40, 60).select("n", "label", "text", "site"),
                "test", rows(60, 70)))
            .manifest();
    assertThat(manifest.sources())
        .containsExactly(
            Map.entry("train", 40L), Map.entry("validation", 20L), Map.entry("test", 10L));
    assertThat(manifest.clients().get("s1").validation().rows()).isEqualTo(5);
    assertThat(manifest.test().rows()).isEqualTo(10);
    assertThatThrownBy(
            () ->
                run(
                    Map.of(
                        "train",
                        rows(0, 40),
                        "test",
                        rows(0, 9)
                            .withColumn("n", col("n").cast("string"))
                            .withColumnRenamed("text", "body")),
                    "name=other"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("source.test: DataFrame: its columns are not those of source.train")
        .hasMessageContaining("text is missing")
        .hasMessageContaining("n is string instead of bigint")
        .hasMessageContaining("body is not among them");
    assertThat(dir.resolve("out/other")).doesNotExist();
  }

  @Test
  void columnsThatCannotBeUsedAreNamed() throws IOException {
    Dataset<Row> rows = rows(0, 12);
    Map<Dataset<Row>, String> wrong =
        Map.of(
            rows.withColumn("took", interval()),
            "cannot keep nested or special columns: took (interval second)",
            rows.withColumn("bytes", expr("map(CAST(text AS BINARY), n)")),
            "cannot keep nested or special columns: bytes (map<binary,bigint>)",
            rows.withColumn("site", interval()),
            "partitioner.column: column site holds no plain values (interval second)",
            rows.drop("site"),
            "partitioner.column: no column site among text, label, n",
            rows.withColumn("site", lit(null).cast("string")),
            "12 of 12 rows have no value in column site (partitioner.column)",
            rows.select(col("*"), col("text").as("label")),
            "label: 2 columns of this name; rename or drop all but one",
            rows.where("n > 7"),
            "holds no rows",
            SPARK.session().readStream().format("rate").load(),
            "is a stream");
    wrong.forEach(
        (frame, message) ->
            assertThatThrownBy(() -> run(frame))
                .isInstanceOf(WrongInput.class)
                .hasMessageContaining("source.train: DataFrame")
                .hasMessageContaining(message));
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void namesWithDotsAndOfOneSpelling() throws IOException {
    Dataset<Row> rows =
        rows(0, 12).toDF("site", "a.b`c", "label", "Label").withColumnRenamed("a.b`c", "a.b");
    Manifest manifest = run(rows).manifest();
    assertThat(manifest.columns())
        .extracting(Schema.Column::name)
        .containsExactly("site", "a.b", "label", "Label");
    assertThat(manifest.labels()).containsExactly("no", "yes");
  }

  @Test
  void rowsThatChangeBetweenTwoReadsAreRefused() throws IOException {
    READS.set(0);
    Dataset<Row> rows =
        rows(0, 12)
            .withColumn(
                "text",
                udf(
                        (UDF1<Long, String>) n -> "read " + READS.incrementAndGet(),
                        DataTypes.StringType)
                    .asNondeterministic()
                    .apply(col("n")));
    assertThatThrownBy(() -> run(rows))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("a second read of source.train gave other rows than the first")
        .hasMessageContaining("checkpoint()");
    assertThat(dir.resolve("out/set/manifest.json")).doesNotExist();
    // What is written once is read as often as needed.
    assertThat(run(rows.localCheckpoint(), "name=kept").made()).isTrue();
  }

  @Test
  void missingRowsOfASecondReadAreNoticed() throws IOException {
    READS.set(0);
    Dataset<Row> rows =
        rows(0, 12)
            .where(
                udf((UDF1<Long, Boolean>) n -> READS.incrementAndGet() <= 16, DataTypes.BooleanType)
                    .asNondeterministic()
                    .apply(col("n")));
    assertThatThrownBy(() -> run(rows))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("rows instead of")
        .hasMessageContaining("a second read of source.train gave other rows than the first");
    assertThat(Files.exists(dir.resolve("out/set/manifest.json"))).isFalse();
  }
}
