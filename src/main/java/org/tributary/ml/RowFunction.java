package org.tributary.ml;

import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.util.TaskCompletionListener;

/**
 * A function of Spark SQL that scores one row in a call: Spark gives a function no batches. A task
 * keeps the model from its first call to its end, so threads of one task take turns.
 */
final class RowFunction<T> implements Serializable {
  private static final long serialVersionUID = 1;

  private final ModelSource source;
  private final RowScorer<T> scorer;
  private final int threads;
  private transient Map<Long, TaskModels> tasks;

  /**
   * A function.
   *
   * @param source the model
   * @param scorer reads rows that have the function's arguments, and writes one column
   * @param threads inside one operator of the engine
   */
  RowFunction(ModelSource source, RowScorer<T> scorer, int threads) {
    this.source = source;
    this.scorer = scorer;
    this.threads = threads;
  }

  /**
   * Registers the function.
   *
   * @param spark the session whose queries can call it
   * @param name in SQL
   * @param arguments 1 or 2
   * @param type of its value
   * @return the function, for the DataFrame API
   */
  UserDefinedFunction register(SparkSession spark, String name, int arguments, DataType type) {
    UserDefinedFunction function =
        arguments == 2
            ? functions.udf((UDF2<Object, Object, Object>) this::of, type)
            : functions.udf((UDF1<Object, Object>) this::of, type);
    return spark.udf().register(name, function);
  }

  /** The value for some arguments; null if one of them is. */
  private Object of(Object... arguments) {
    Row row = RowFactory.create(arguments);
    T input = scorer.input(row);
    if (input == null) {
      return null;
    }
    TaskContext task = TaskContext.get();
    if (task != null) {
      return score(models(task), input);
    }
    // The driver computes queries on literals itself.
    try (TaskModels models = new TaskModels(source, threads)) {
      return score(models, input);
    }
  }

  private Object score(TaskModels models, T input) {
    List<Object[]> scored =
        models.with((loaded, scratch) -> scorer.score(loaded, scratch, Arrays.asList(input)));
    Object[] values = scored.get(0);
    return values == null ? null : values[0];
  }

  private synchronized TaskModels models(TaskContext task) {
    if (tasks == null) {
      tasks = new HashMap<>();
    }
    return tasks.computeIfAbsent(
        task.taskAttemptId(),
        id -> {
          TaskModels models = new TaskModels(source, threads);
          task.addTaskCompletionListener((TaskCompletionListener) ended -> end(id, models));
          return models;
        });
  }

  private synchronized void end(long id, TaskModels models) {
    tasks.remove(id);
    models.close();
  }
}
