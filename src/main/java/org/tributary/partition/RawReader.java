package org.tributary.partition;

import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.lit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.tributary.checkpoint.Store;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.rows.Schema;
import org.tributary.rows.raw.RawFormat;
import scala.collection.JavaConverters;

/**
 * Reads raw sets: JSON lines, CSV with a header, Parquet, images. All sets of a partition have one
 * schema. For JSON lines it is the schema that fits all of them. CSV has only text columns, because
 * types guessed from a sample would differ between files. Parquet has the schema of its files.
 */
final class RawReader {
  private static final String FILE = "__tributary_file";

  private final SparkSession spark;
  private final Store store;
  private final PartitionConfig.Source source;
  private final String format;
  private final List<String> columns;
  private final ImageReader images;

  /**
   * Creates a reader of one format.
   *
   * @param spark the session
   * @param store file system of the files
   * @param source format, columns to keep, names of classes
   */
  RawReader(SparkSession spark, Store store, PartitionConfig.Source source) {
    // Names of columns may differ only in case.
    this.spark = sessionWith(spark, "spark.sql.caseSensitive", true);
    this.store = store;
    this.source = source;
    format = source.format();
    columns = source.columns();
    images = new ImageReader(this.spark, source.names());
  }

  /** A session with the same settings, except one. */
  static SparkSession sessionWith(SparkSession given, String setting, boolean wanted) {
    SparkSession own = given.newSession();
    JavaConverters.mapAsJavaMap(given.conf().getAll())
        .forEach(
            (key, value) -> {
              if (own.conf().isModifiable(key)) {
                own.conf().set(key, value);
              }
            });
    own.conf().set(setting, wanted);
    return own;
  }

  /**
   * Opens sets of one schema.
   *
   * @param sets one or more
   * @param identity names the columns that decide the file of a row
   * @param notes receives what was detected from the files, for the user
   * @return the raw sets, in the order of the sets
   * @throws WrongInput if a file is unreadable, or a column is missing or nested
   */
  List<RawSet> read(List<SourceFiles> sets, RowCodec.Identity identity, List<String> notes)
      throws IOException {
    RawFormat raw = RawTables.format(source);
    if (raw != null) {
      SparkContext context = spark.sparkContext();
      RawFiles files =
          new RawFiles(
              JavaSparkContext.fromSparkContext(context), context.hadoopConfiguration(), raw);
      return new RawTables(files, source).open(sets, identity, notes);
    }
    StructType whole =
        switch (format) {
          case "parquet" -> imageSchema(sets, identity.image());
          case "images", "idx" -> ImageReader.schema(format);
          default -> throw new IllegalArgumentException("no format of files: " + format);
        };
    Schema schema = RawColumns.kept(whole, sets.get(0), columns, identity);
    int[] positions =
        schema.names().stream().mapToInt(List.of(whole.fieldNames())::indexOf).toArray();
    RowCodec codec = new RowCodec(RowCodec.Columns.of(schema), positions, identity, format);
    List<RawSet> read = new ArrayList<>();
    for (SourceFiles files : sets) {
      read.add(new RawSet(files, rows(files, identity.image()).toJavaRDD(), codec));
    }
    return read;
  }

  /**
   * The values of {@code source.format} that are shown. Other data sources of Spark are values,
   * too.
   */
  static List<String> formats() {
    return Stream.concat(
            PartitionConfig.Source.FILES.stream(),
            Stream.concat(Stream.of(PartitionConfig.Source.TABLE), SparkFormat.KNOWN.stream()))
        .toList();
  }

  private Dataset<Row> rows(SourceFiles files, String image) throws IOException {
    Dataset<Row> rows =
        format.equals("parquet") ? images.parquet(files.patterns(), image) : images.read(files);
    return rows.withColumn(FILE, format.equals("parquet") ? input_file_name() : lit(files.given()));
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
              "%s: %s is not a readable Parquet file; write it again".formatted(set.key(), file),
              e);
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
