package org.tributary.partition;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.tributary.cluster.SparkJobs;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;
import org.tributary.rows.Schema;
import org.tributary.rows.raw.ColumnKind;

/**
 * One raw set that is a DataFrame.
 *
 * @param key names it in messages, such as {@code source.train}
 * @param given the table or query; {@code DataFrame} if the caller made it
 * @param rows the DataFrame
 * @param configured whether the configuration names the rows, so that an error of Spark is an error
 *     of the configuration
 */
record Frame(String key, String given, Dataset<Row> rows, boolean configured)
    implements SourceName {

  /** A DataFrame that the caller made. */
  static Frame ofCaller(String key, Dataset<Row> rows) {
    return new Frame(key, "DataFrame", rows, false);
  }

  /** A table, query or path of the configuration. */
  static Frame configured(String key, String given, Dataset<Row> rows) {
    return new Frame(key, given, rows, true);
  }

  /**
   * A column that can be kept.
   *
   * @param value its values, of the DataFrame with {@link #numbered} columns
   * @param type of the values
   */
  private record Part(Column value, DataType type) {}

  @Override
  public String changed() {
    return "a second read of %s gave other rows than the first; %s, and use a new name"
        .formatted(
            key,
            configured
                ? "write its rows to a table or file that does not change"
                : "write its rows to a table or file, or call checkpoint() on the DataFrame");
  }

  @Override
  public RuntimeException unreadable(Exception e) {
    RuntimeException known = SourceName.super.unreadable(e);
    boolean told = known instanceof WrongInput || known.getCause() instanceof Trouble;
    if (!configured || told || SparkJobs.isLoss(e)) {
      return known;
    }
    return new WrongInput(
        "%s: %s: Spark cannot read its rows: %s; correct the source, or write it again"
            .formatted(key, given, SparkFrames.reason(e)),
        e);
  }

  /**
   * The columns with the types of their plain values. Types without plain values are as in the
   * DataFrame.
   *
   * @param image column of the encoded image; null for none
   */
  StructType columns(String image) {
    if (rows.isStreaming()) {
      throw wrong("is a stream, which has no end; write its rows to a table and name that");
    }
    StructType struct = new StructType();
    for (Map.Entry<String, List<Part>> column : parts(image).entrySet()) {
      DataType type = column.getValue().get(0).type();
      ColumnKind kind = SparkValues.kind(type);
      struct =
          struct.add(
              column.getKey(),
              kind == ColumnKind.UNREADABLE ? type : RawColumns.spark(kind.type()),
              true);
    }
    return struct;
  }

  /** Refuses names that several of the kept columns have. */
  void refuseTwice(List<String> kept, String image) {
    Map<String, List<Part>> parts = parts(image);
    List<String> twice = new ArrayList<>();
    for (String name : kept) {
      int times = parts.getOrDefault(name, List.of()).size();
      if (times > 1) {
        twice.add("%s: %d columns of this name".formatted(name, times));
      }
    }
    if (!twice.isEmpty()) {
      throw wrong(String.join(", ", twice) + "; rename or drop all but one");
    }
  }

  /**
   * The rows: the values of the given columns, then the name of the set.
   *
   * @param schema the columns
   * @param image column of the encoded image; null for none
   */
  JavaRDD<Row> read(Schema schema, String image) {
    Map<String, List<Part>> parts = parts(image);
    List<Column> columns = new ArrayList<>();
    List<DataType> types = new ArrayList<>();
    for (String name : schema.names()) {
      Part part = parts.get(name).get(0);
      columns.add(part.value());
      types.add(part.type());
    }
    SparkValues values = new SparkValues(schema.names(), types, given);
    try {
      return numbered()
          .select(columns.toArray(Column[]::new))
          .queryExecution()
          .toRdd()
          .toJavaRDD()
          .map(values);
    } catch (Exception e) { // Scala declares no checked exceptions.
      throw unreadable(e);
    }
  }

  /** Columns are found by their number, because names may contain dots or differ only in case. */
  private Dataset<Row> numbered() {
    String[] names = new String[rows.schema().size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = "c" + i;
    }
    return rows.toDF(names);
  }

  /** All columns by name. An image in Hugging Face's layout becomes two columns. */
  private Map<String, List<Part>> parts(String image) {
    Map<String, List<Part>> parts = new LinkedHashMap<>();
    Set<String> names = Set.copyOf(List.of(rows.schema().fieldNames()));
    StructField[] fields = rows.schema().fields();
    for (int i = 0; i < fields.length; i++) {
      String name = fields[i].name();
      Column column = col("c" + i);
      DataType type = fields[i].dataType();
      if (name.equals(image)
          && type instanceof StructType struct
          && List.of(struct.fieldNames()).contains("bytes")) {
        put(parts, name, column.getField("bytes"), struct.apply("bytes").dataType());
        if (List.of(struct.fieldNames()).contains("path") && !names.contains(ImageReader.FILE)) {
          put(parts, ImageReader.FILE, column.getField("path"), struct.apply("path").dataType());
        }
      } else {
        put(parts, name, column, type);
      }
    }
    return parts;
  }

  private static void put(Map<String, List<Part>> parts, String name, Column value, DataType type) {
    parts.computeIfAbsent(name, n -> new ArrayList<>()).add(new Part(value, type));
  }

  /** Refuses a set whose columns are not those of train. */
  WrongInput unlike(List<String> problems, Frame train) {
    return WrongInput.all(
        "%s: %s: its columns are not those of %s:".formatted(key, given, train.key()), problems);
  }
}
