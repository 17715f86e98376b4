package org.tributary.ml;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.storage.StorageLevel;
import org.tributary.checkpoint.Sha256;

/**
 * The rows of a DataFrame that training reads: their columns, their division into sets and their
 * identity, which depends on contents and column types, and not on the order of rows.
 */
final class TrainingRows implements AutoCloseable {
  private static final BigInteger ALL = BigInteger.ONE.shiftLeft(256);
  private static final int HEX = 16;

  private final FederatedFineTuner tuner;
  private final List<String> columns;
  private final Dataset<Row> rows;

  private TrainingRows(FederatedFineTuner tuner, List<String> columns, Dataset<Row> rows) {
    this.tuner = tuner;
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * Selects the columns. The rows are kept by Spark until {@link #close}, because training reads
   * them several times.
   *
   * @param tuner has the params, which are checked
   * @param dataset the DataFrame
   * @param prompts further columns that prompts name
   * @return the rows, not yet read
   */
  static TrainingRows of(FederatedFineTuner tuner, Dataset<?> dataset, List<String> prompts) {
    List<String> kept = TrainingColumns.kept(tuner, prompts, dataset.schema());
    List<String> selected = new ArrayList<>(kept);
    if (tuner.isDefined(tuner.validationIndicatorCol())
        && !kept.contains(tuner.getValidationIndicatorCol())) {
      selected.add(tuner.getValidationIndicatorCol());
    }
    Column[] all = selected.stream().map(TrainingRows::named).toArray(Column[]::new);
    Dataset<Row> rows = dataset.toDF().select(all).persist(StorageLevel.MEMORY_AND_DISK());
    return new TrainingRows(tuner, kept, rows);
  }

  private static Column named(String column) {
    return col("`" + column.replace("`", "``") + "`");
  }

  /** The kept columns, in order. */
  List<String> columns() {
    return columns;
  }

  /** Whether classes are numbers, which are the rows of the classifier. */
  boolean hasNumbers() {
    return TrainingColumns.classifies(tuner)
        && rows.schema().apply(tuner.getLabelCol()).dataType() instanceof NumericType;
  }

  /** The numbers of rows by client, class and the like. Reads all rows. */
  RowCounts counts() {
    Column none = lit(null).cast("string");
    Column held =
        tuner.isDefined(tuner.validationIndicatorCol())
            ? named(tuner.getValidationIndicatorCol())
            : lit(false);
    Column label =
        TrainingColumns.classifies(tuner) ? named(tuner.getLabelCol()).cast("string") : none;
    List<Row> groups =
        rows.select(
                named(tuner.getClientCol()).cast("string").as("client"),
                label.as("label"),
                held.as("held"),
                concat_ws(", ", missing()).as("missing"))
            .groupBy("client", "label", "held", "missing")
            .count()
            .collectAsList();
    return new RowCounts(tuner, hasNumbers(), groups);
  }

  /** For each input, its param's name if a row lacks it. */
  private Column[] missing() {
    List<Param<String>> inputs = new ArrayList<>(tuner.givenInputs());
    if (tuner.isDefined(tuner.answerCol())) {
      inputs.add(tuner.answerCol());
    }
    return inputs.stream()
        .map(
            param -> {
              Column value = named(tuner.getOrDefault(param));
              boolean image =
                  rows.schema()
                      .apply(tuner.getOrDefault(param))
                      .dataType()
                      .typeName()
                      .equals("struct");
              Column read = image ? value.getField("bytes") : value;
              return when(read.isNull(), lit(param.name()));
            })
        .toArray(Column[]::new);
  }

  /**
   * The identity of the rows: SHA-256 over the column names and types, the sum of the hashes of all
   * rows, and the params by which rows are divided. Reads all rows.
   *
   * @return 16 hex digits
   */
  String id() {
    Column[] all = Arrays.stream(rows.columns()).map(TrainingRows::named).toArray(Column[]::new);
    BigInteger sum =
        rows.select(sha2(to_json(struct(all), Map.of("ignoreNullFields", "false")), 256))
            .as(Encoders.STRING())
            .toJavaRDD()
            .mapPartitions(TrainingRows::sum)
            .fold(BigInteger.ZERO, TrainingRows::plus);
    StringBuilder text = new StringBuilder(sum.toString(HEX));
    for (StructField field : rows.schema().fields()) {
      text.append('\n').append(field.name()).append(' ').append(type(field).catalogString());
    }
    for (Param<?> param :
        List.of(
            tuner.clientCol(),
            tuner.labelCol(),
            tuner.imageCol(),
            tuner.validationIndicatorCol(),
            tuner.validation(),
            tuner.test(),
            tuner.seed())) {
      text.append('\n').append(param.name()).append('=');
      text.append(tuner.isDefined(param) ? tuner.getOrDefault(param) : "");
    }
    return Sha256.of(text.toString()).substring(0, HEX);
  }

  private static DataType type(StructField field) {
    return field.dataType();
  }

  private static Iterator<BigInteger> sum(Iterator<String> hashes) {
    BigInteger sum = BigInteger.ZERO;
    while (hashes.hasNext()) {
      sum = plus(sum, new BigInteger(hashes.next(), HEX));
    }
    return List.of(sum).iterator();
  }

  private static BigInteger plus(BigInteger a, BigInteger b) {
    return a.add(b).mod(ALL);
  }

  /**
   * The sets: train, and validation if a column says which rows validate. Classes that are numbers
   * become whole numbers.
   */
  Map<String, Dataset<Row>> sets() {
    Map<String, Dataset<Row>> sets = new LinkedHashMap<>();
    if (tuner.isDefined(tuner.validationIndicatorCol())) {
      Column held = coalesce(named(tuner.getValidationIndicatorCol()), lit(false));
      sets.put("train", kept(rows.filter(not(held))));
      sets.put("validation", kept(rows.filter(held)));
    } else {
      sets.put("train", kept(rows));
    }
    return sets;
  }

  private Dataset<Row> kept(Dataset<Row> some) {
    boolean whole =
        hasNumbers()
            && !(rows.schema().apply(tuner.getLabelCol()).dataType() instanceof IntegralType);
    return some.select(
        columns.stream()
            .map(
                name ->
                    whole && name.equals(tuner.getLabelCol())
                        ? named(name).cast("int").as(name)
                        : named(name))
            .toArray(Column[]::new));
  }

  @Override
  public void close() {
    rows.unpersist(false);
  }
}
