package org.tributary.ml;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;
import scala.collection.JavaConverters;

/**
 * The work of a task that scores the rows of a partition, batch by batch, in their order. It keeps
 * one batch in memory.
 *
 * @param source the model
 * @param scorer what it reads and writes
 * @param batch rows that are scored together
 * @param width number of new columns
 * @param threads inside one operator of the engine
 */
record ScoringWork<T>(ModelSource source, RowScorer<T> scorer, int batch, int width, int threads)
    implements MapPartitionsFunction<Row, Row>, Serializable {
  /**
   * A scored DataFrame.
   *
   * @param data rows to score
   * @param source the model
   * @param scorer what it reads and writes
   * @param batch rows that are scored together
   * @param schema of the result: the columns of the data, then the new ones
   * @return computed when it is used, like every DataFrame
   */
  static <T> Dataset<Row> of(
      Dataset<?> data, ModelSource source, RowScorer<T> scorer, int batch, StructType schema) {
    int width = schema.length() - data.schema().length();
    int threads =
        Integer.parseInt(data.sparkSession().sparkContext().getConf().get("spark.task.cpus", "1"));
    Dataset<Row> scored =
        data.toDF()
            .mapPartitions(
                new ScoringWork<>(source, scorer, batch, width, threads), Encoders.row(schema));
    return withMetadata(scored, schema);
  }

  /** Threads inside one operator of the engine: the cores of a task. */
  static int threads(SparkSession spark) {
    return Integer.parseInt(spark.sparkContext().getConf().get("spark.task.cpus", "1"));
  }

  /** Spark drops the metadata of all columns in mapPartitions, such as the labels of an index. */
  private static Dataset<Row> withMetadata(Dataset<Row> scored, StructType schema) {
    List<Attribute> attributes =
        JavaConverters.seqAsJavaList(scored.queryExecution().analyzed().output());
    Column[] columns = new Column[attributes.size()];
    for (int i = 0; i < columns.length; i++) {
      StructField field = schema.fields()[i];
      columns[i] = new Column(attributes.get(i)).as(field.name(), field.metadata());
    }
    return scored.select(columns);
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    ScoredRows<T> scored = new ScoredRows<>(this, rows);
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> scored.close());
    return scored;
  }
}
