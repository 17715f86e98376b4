package org.tributary.ml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.CheckpointModel;

/**
 * A Transformer that classifies, with the columns of MLlib's classifiers and the name of the class.
 * An empty name leaves a column out.
 *
 * @param <T> the Transformer, which setters return
 */
public abstract class ClassifierTransformer<T extends ClassifierTransformer<T>>
    extends ModelTransformer<T> {
  private static final long serialVersionUID = 1;

  private final Param<String> predictionCol;
  private final Param<String> probabilityCol;
  private final Param<String> rawPredictionCol;

  /** Makes the Params; see {@link ModelTransformer}. */
  ClassifierTransformer(String uid, String input) {
    super(uid, input, "the name of the most likely class, a string");
    predictionCol =
        new Param<>(
            this, "predictionCol", "new column of the index of the most likely class, a double");
    probabilityCol =
        new Param<>(this, "probabilityCol", "new column of the probabilities of all classes");
    rawPredictionCol =
        new Param<>(this, "rawPredictionCol", "new column of the logits of all classes");
    setDefault(predictionCol, "prediction");
    setDefault(probabilityCol, "probability");
    setDefault(rawPredictionCol, "rawPrediction");
    setDefault(outputCol(), "predictedLabel");
  }

  /** Checks the input columns. */
  abstract void checkInputs(ColumnCheck columns);

  /** How rows are read. */
  abstract RowScorer<?> scorer(StructType schema, List<String> labels, ClassifierColumns columns);

  @Override
  final Class<?> written() {
    return String.class;
  }

  private ClassifierColumns columns() {
    return new ClassifierColumns(
        getRawPredictionCol(), getProbabilityCol(), getPredictionCol(), getOutputCol());
  }

  @Override
  final StructType checked(StructType schema) {
    ColumnCheck check = new ColumnCheck(uid(), schema);
    checkInputs(check);
    return columns().addedTo(check);
  }

  @Override
  final Dataset<Row> scored(Dataset<?> data, ModelSource source, CheckpointModel model) {
    List<String> labels = ClassLabels.of(model);
    StructType schema = checked(data.schema());
    ClassifierColumns columns = columns();
    StructField[] fields = schema.fields();
    for (int i = data.schema().length(); i < fields.length; i++) {
      fields[i] = columns.noted(fields[i], labels);
    }
    return ScoringWork.of(
        data,
        source,
        scorer(schema, labels, columns),
        getBatchSize(),
        DataTypes.createStructType(fields));
  }

  /** The columns of a function's arguments. */
  abstract StructType arguments();

  @Override
  final FunctionForm function(ModelSource source, CheckpointModel model) {
    ClassifierColumns label = new ClassifierColumns("", "", "", "label");
    StructType arguments = arguments();
    return new FunctionForm(
        scorer(arguments, ClassLabels.of(model), label), arguments.length(), DataTypes.StringType);
  }

  /**
   * The names of the classes: {@code id2label} of the model's config.json, or what the adapter
   * says.
   *
   * @return in the order of the indices in {@code predictionCol} and of the Vectors
   * @throws WrongInput if the model cannot be used
   */
  public final String[] labels() {
    try {
      return ClassLabels.of(source(SparkSession.active()).open()).toArray(new String[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Param: new column of the class's index. */
  public final Param<String> predictionCol() {
    return predictionCol;
  }

  /** The new column of the class's index. */
  public final String getPredictionCol() {
    return getOrDefault(predictionCol);
  }

  /** Sets the new column of the class's index, a double. */
  public final T setPredictionCol(String value) {
    set(predictionCol, value);
    return self();
  }

  /** Param: new column of the probabilities. */
  public final Param<String> probabilityCol() {
    return probabilityCol;
  }

  /** The new column of the probabilities. */
  public final String getProbabilityCol() {
    return getOrDefault(probabilityCol);
  }

  /** Sets the new column of the probabilities, a Vector: softmax of the logits. */
  public final T setProbabilityCol(String value) {
    set(probabilityCol, value);
    return self();
  }

  /** Param: new column of the logits. */
  public final Param<String> rawPredictionCol() {
    return rawPredictionCol;
  }

  /** The new column of the logits. */
  public final String getRawPredictionCol() {
    return getOrDefault(rawPredictionCol);
  }

  /** Sets the new column of the logits, a Vector. */
  public final T setRawPredictionCol(String value) {
    set(rawPredictionCol, value);
    return self();
  }
}
