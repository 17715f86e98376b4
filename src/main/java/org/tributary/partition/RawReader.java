package org.tributary.partition;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.decode;
import static org.apache.spark.sql.functions.encode;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.tributary.checkpoint.Store;
import org.tributary.config.PartitionConfig;
import org.tributary.data.ParquetReading;
import org.tributary.data.ParquetRows;
import org.tributary.data.Schema;
import org.tributary.error.WrongInput;
import scala.collection.JavaConverters;

/**
 * Reads raw sets with Spark: JSON lines, CSV with a header, Parquet, images. All sets of a
 * partition have one schema: of JSON lines the one inferred over all of them, of CSV text columns
 * alone (types guessed from a sample would differ from file to file), of Parquet the files' own.
 */
final class RawReader {
  private static final String CORRUPT = "__tributary_corrupt";
  private static final String FILE = "__tributary_file";

  private final SparkSession spark;
  private final Store store;
  private final String format;
  private final List<String> columns;
  private final ImageReader images;

  /**
   * A reader of one format.
   *
   * @param spark the session
   * @param store where the files lie
   * @param source format, columns to keep, names of classes
   */
  RawReader(SparkSession spark, Store store, PartitionConfig.Source source) {
    this.spark = caseSensitive(spark);
    this.store = store;
    format = source.format();
    columns = source.columns();
    images = new ImageReader(this.spark, source.names());
  }

  /** A session of the same settings that keeps columns apart that differ in case alone. */
  private static SparkSession caseSensitive(SparkSession given) {
    SparkSession own = given.newSession();
    JavaConverters.mapAsJavaMap(given.conf().getAll())
        .forEach(
            (key, value) -> {
              if (own.conf().isModifiable(key)) {
                own.conf().set(key, value);
              }
            });
    own.conf().set("spark.sql.caseSensitive", true);
    return own;
  }

  /**
   * Opens sets of one schema.
   *
   * @param sets one or more
   * @param identity names the columns that decide where a row goes
   * @return in the order of the sets
   * @throws WrongInput where a file is unreadable or a column is missing or nested
   */
  List<RawSet> read(List<SourceFiles> sets, RowCodec.Identity identity) throws IOException {
    if (List.of("jsonl", "csv").contains(format)) {
      Utf8.check(JavaSparkContext.fromSparkContext(spark.sparkContext()), sets);
    }
    StructType whole =
        switch (format) {
          case "jsonl" -> jsonSchema(sets);
          case "csv" -> csvSchema(sets);
          case "parquet" ->
              identity.image() == null ? parquetSchema(sets) : imageSchema(sets, identity.image());
          case "images", "idx" -> ImageReader.schema(format);
          default ->
              throw new WrongInput(
                  "source.format: %s is unknown; it is one of %s".formatted(format, formats()));
        };
    Schema schema = RawColumns.kept(whole, sets.get(0), columns, identity);
    int[] positions =
        schema.names().stream().mapToInt(List.of(whole.fieldNames())::indexOf).toArray();
    RowCodec codec = new RowCodec(RowCodec.Columns.of(schema), positions, identity, format);
    List<RawSet> raw = new ArrayList<>();
    for (SourceFiles files : sets) {
      raw.add(new RawSet(files, rows(files, whole, identity.image()), codec));
    }
    return raw;
  }

  /** Formats that {@code source.format} can name. */
  static List<String> formats() {
    return List.of("jsonl", "csv", "parquet", "images", "idx");
  }

  private Dataset<Row> rows(SourceFiles files, StructType whole, String image) throws IOException {
    if (image != null) {
      Dataset<Row> rows =
          format.equals("parquet") ? images.parquet(files.patterns(), image) : images.read(files);
      return rows.withColumn(CORRUPT, lit(null).cast(DataTypes.StringType))
          .withColumn(FILE, format.equals("parquet") ? input_file_name() : lit(files.given()));
    }
    if (format.equals("parquet")) {
      return spark
          .read()
          .schema(whole)
          .parquet(files.patterns())
          .withColumn(CORRUPT, when(notUtf8(whole), "text"))
          .withColumn(FILE, input_file_name());
    }
    DataFrameReader reader = options().schema(whole.add(CORRUPT, DataTypes.StringType, true));
    Dataset<Row> rows =
        format.equals("csv") ? reader.csv(files.patterns()) : reader.json(files.patterns());
    return rows.withColumn(FILE, input_file_name());
  }

  /** Whether one of a row's texts has bytes that become others when they are read as UTF-8. */
  private static Column notUtf8(StructType whole) {
    Column any = lit(false);
    for (StructField field : whole.fields()) {
      if (field.dataType().equals(DataTypes.StringType)) {
        Column bytes = col("`" + field.name().replace("`", "``") + "`").cast(DataTypes.BinaryType);
        any = any.or(encode(decode(bytes, "UTF-8"), "UTF-8").notEqual(bytes));
      }
    }
    return any;
  }

  private DataFrameReader options() {
    DataFrameReader reader =
        spark.read().option("mode", "PERMISSIVE").option("columnNameOfCorruptRecord", CORRUPT);
    if (format.equals("csv")) {
      // RFC 4180: quotes are doubled, and quoted fields may hold line ends.
      reader = reader.option("header", true).option("multiLine", true).option("escape", "\"");
    }
    return reader;
  }

  private StructType jsonSchema(List<SourceFiles> sets) {
    String[] all =
        sets.stream().flatMap(set -> Arrays.stream(set.patterns())).toArray(String[]::new);
    StructType inferred;
    try {
      inferred = options().json(all).schema();
    } catch (Exception e) {
      Optional<String> twice = twice(e);
      throw twice.isPresent() ? sets.get(0).wrong(twice.get()) : sets.get(0).unreadable(e);
    }
    List<StructField> fields = new ArrayList<>(List.of(inferred.fields()));
    fields.removeIf(field -> field.name().equals(CORRUPT));
    if (fields.isEmpty()) {
      throw sets.get(0)
          .wrong(
              "holds no JSON object with a key on a line of its own; JSON Lines are wanted: jq -c '.[]' old.json > new.jsonl makes them of an array");
    }
    return new StructType(fields.toArray(StructField[]::new));
  }

  /** What to tell where an object names a key twice; empty for other failures. */
  private static Optional<String> twice(Exception e) {
    return e instanceof AnalysisException analysis
            && "COLUMN_ALREADY_EXISTS".equals(analysis.getErrorClass())
        ? Optional.of(
            "an object has the key %s twice; leave it once"
                .formatted(analysis.getMessageParameters().get("columnName")))
        : Optional.empty();
  }

  private StructType csvSchema(List<SourceFiles> sets) {
    StructType first = null;
    Path firstFile = null;
    for (SourceFiles set : sets) {
      for (Path file : set.files()) {
        StructType header = csvHeader(set, file);
        if (header.isEmpty()) {
          throw set.wrong(file + " is empty; the first line is to name the columns");
        }
        if (first != null && !first.equals(header)) {
          throw otherColumns(set, file, List.of(header.fieldNames()), first, firstFile);
        }
        first = header;
        firstFile = file;
      }
    }
    return first;
  }

  private StructType csvHeader(SourceFiles set, Path file) {
    String pattern = SourceFiles.pattern(file);
    boolean plain = pattern.equals(file.toString());
    try {
      // A header of several lines is read by the path, which is taken for a pattern once more.
      if (!plain && endsWithinQuotes(spark.read().textFile(pattern).takeAsList(1))) {
        throw set.wrong(
            file + ": has a header of several lines and one of []{}*?\\ in its path; rename it");
      }
      return options().option("multiLine", plain).csv(pattern).schema();
    } catch (Exception e) {
      throw set.unreadable(e);
    }
  }

  private static boolean endsWithinQuotes(List<String> line) {
    return !line.isEmpty() && line.get(0).chars().filter(c -> c == '"').count() % 2 == 1;
  }

  private StructType parquetSchema(List<SourceFiles> sets) throws IOException {
    Schema first = null;
    Path firstFile = null;
    for (SourceFiles set : sets) {
      for (Path file : set.files()) {
        Schema schema;
        try (ParquetReading reading = ParquetRows.read(store, file, columns)) {
          if (columns.isEmpty() && !reading.skipped().isEmpty()) {
            throw set.wrong(RawColumns.nested(reading.skipped()));
          }
          schema = reading.schema();
        }
        if (first != null && !first.equals(schema)) {
          throw otherColumns(set, file, schema.columns(), RawColumns.struct(first), firstFile);
        }
        first = schema;
        firstFile = file;
      }
    }
    return RawColumns.struct(first);
  }

  private StructType imageSchema(List<SourceFiles> sets, String image) {
    StructType first = null;
    for (SourceFiles set : sets) {
      for (Path file : set.files()) {
        StructType schema;
        try {
          schema = images.parquet(new String[] {SourceFiles.pattern(file)}, image).schema();
        } catch (Exception e) {
          throw new WrongInput(
              "%s: %s is no readable Parquet file; write it again".formatted(set.key(), file), e);
        }
        if (first != null && !first.equals(schema)) {
          throw otherColumns(
              set, file, List.of(schema.fieldNames()), first, sets.get(0).files().get(0));
        }
        first = schema;
      }
    }
    return first;
  }

  private static WrongInput otherColumns(
      SourceFiles set, Path file, List<?> found, StructType first, Path firstFile) {
    return set.wrong(
        "%s has the columns %s, %s has %s; all files are to have the same"
            .formatted(file, found, firstFile, first.simpleString()));
  }
}
