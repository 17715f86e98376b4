package org.tributary.ml;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.CheckpointModel;

/**
 * A Transformer of Spark ML that scores rows with a model: what all of them have in common. The
 * Params are public methods without arguments, where Spark finds them.
 *
 * @param <T> the Transformer, which setters return
 */
public abstract class ModelTransformer<T extends ModelTransformer<T>> extends Transformer
    implements ScoringParams<T>, MLWritable {
  private static final long serialVersionUID = 1;

  private final String uid;
  private final Scoring scoring;

  /**
   * Makes the Params.
   *
   * @param uid of this Transformer, also in saved pipelines
   * @param input what the input column has
   * @param output what the output column gets
   */
  ModelTransformer(String uid, String input, String output) {
    this.uid = uid; // before the Params, which name it
    scoring = Scoring.of(this, input, output);
    setDefault(engine(), ENGINE);
    setDefault(batchSize(), (Object) 32);
    setDefault(precision(), "float32");
    setDefault(shared(), (Object) false);
  }

  /** What the model is used for. */
  abstract ModelUse use();

  /** The class of the values of the output column, for {@link #setOutputClass}. */
  abstract Class<?> written();

  /** Checks the columns; see {@link #transformSchema}. */
  abstract StructType checked(StructType schema);

  /**
   * The scored rows.
   *
   * @param data with columns that are checked
   * @param source the checked model
   * @param model the same, opened
   * @throws IOException if a file system fails
   */
  abstract Dataset<Row> scored(Dataset<?> data, ModelSource source, CheckpointModel model)
      throws IOException;

  /** How a function of SQL reads its arguments, and what it writes. */
  abstract FunctionForm function(ModelSource source, CheckpointModel model) throws IOException;

  /**
   * What a function of SQL computes.
   *
   * @param scorer reads rows of the arguments, and writes one column
   * @param arguments 1 or 2
   * @param type of the column
   */
  record FunctionForm(RowScorer<?> scorer, int arguments, DataType type) {}

  /**
   * Registers a function for SQL with this model: {@code SELECT classify(text) FROM t}. It gives
   * the value of the output column, and null for null. Spark calls it row by row, so {@link
   * #transform} is faster.
   *
   * @param spark the session whose queries can call it
   * @param name of the function
   * @return the same function for the DataFrame API
   * @throws WrongInput if the model cannot be used
   */
  public final UserDefinedFunction registerUdf(SparkSession spark, String name) {
    try {
      ModelSource source = source(spark);
      FunctionForm form = function(source, source.open());
      return new RowFunction<>(source, form.scorer(), ScoringWork.threads(spark))
          .register(spark, name, form.arguments(), form.type());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public final Scoring scoring() {
    return scoring;
  }

  @SuppressWarnings("unchecked")
  final T self() {
    return (T) this;
  }

  @Override
  public final String uid() {
    return uid;
  }

  /**
   * Scores rows. The model is checked now, in the driver; rows are scored when the result is used,
   * each time it is used.
   *
   * @param data has the input columns
   * @return the same rows in the same order, with the new columns; those of a row without input are
   *     null
   * @throws WrongInput if a column is missing, has another type or would be there twice, or if the
   *     model cannot be used, or not by all executors
   */
  @Override
  public final Dataset<Row> transform(Dataset<?> data) {
    checked(data.schema());
    try {
      ModelSource source = source(data.sparkSession());
      return scored(data, source, source.open());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The columns of the result.
   *
   * @param schema of the rows to score
   * @return the same columns and the new ones
   * @throws WrongInput if a column is missing, has another type or would be there twice
   */
  @Override
  public final StructType transformSchema(StructType schema) {
    return checked(schema);
  }

  /** The folders that {@code modelUrl} names, which all executors see. */
  final ModelLocation located(SparkSession spark) throws IOException {
    if (!isDefined(modelUrl())) {
      throw new WrongInput(
          "modelUrl: is not set; name the folder of a model, an adapter or a run with setModelUrl");
    }
    Store store = Store.of(spark.sparkContext().hadoopConfiguration());
    String base = isDefined(baseModelUrl()) ? getBaseModelUrl() : null;
    ModelLocation located = ModelLocation.of(store, getModelUrl(), base);
    ReachableFolders.check(spark.sparkContext().getConf(), located, getShared());
    return located;
  }

  /**
   * Where the model is, if other files of its folder say more.
   *
   * @param store reaches the folder
   * @param located the folders
   * @throws IOException if a file system fails
   */
  ModelLocation adjusted(Store store, ModelLocation located) throws IOException {
    return located;
  }

  /** The model of this Transformer, checked. */
  final ModelSource source(SparkSession spark) throws IOException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    ModelLocation located = adjusted(Store.of(hadoop), located(spark));
    int length = isDefined(maxLength()) ? getMaxLength() : 0;
    return ModelSource.of(hadoop, located, new ModelSource.Settings(use(), length, getPrecision()));
  }

  @Override
  public final T copy(ParamMap extra) {
    return this.<T>defaultCopy(extra);
  }

  /**
   * Writes the Params, not the model. Relative paths become absolute, because the pipeline may be
   * loaded in another working directory.
   */
  @Override
  public final MLWriter write() {
    T saved = copy(ParamMap.empty());
    Store store = Store.of(SparkSession.active().sparkContext().hadoopConfiguration());
    try {
      if (isDefined(modelUrl())) {
        saved.setModelUrl(store.path(getModelUrl()).toString());
      }
      if (isDefined(baseModelUrl())) {
        saved.setBaseModelUrl(store.path(getBaseModelUrl()).toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new DefaultParamsWriter(saved);
  }

  /**
   * Checks the class of the output column's values, which is fixed.
   *
   * @param value the class
   * @throws WrongInput if it is another one
   */
  public final T setOutputClass(Class<?> value) {
    if (!written().equals(value)) {
      throw new WrongInput(
          "outputClass: %s writes %s, not %s; remove setOutputClass or name %s"
              .formatted(
                  getClass().getSimpleName(),
                  written().getName(),
                  value == null ? null : value.getName(),
                  written().getSimpleName()));
    }
    return self();
  }
}
