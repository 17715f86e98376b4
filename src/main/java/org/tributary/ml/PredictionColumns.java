package org.tributary.ml;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Identifiable;

/**
 * The columns that a model writes. {@link FederatedFineTuner} has them too and passes them on to
 * its model, as in MLlib. An empty name leaves a column out.
 *
 * @param <T> the stage, which setters return
 */
public interface PredictionColumns<T> extends Params {
  /**
   * The params, made for one stage.
   *
   * @param output column of the class's name, or of the answer
   * @param prediction column of the class's number
   * @param probability column of the softmax of the logits
   * @param raw column of the logits
   * @param batch rows of a forward pass
   */
  record Predictions(
      Param<String> output,
      Param<String> prediction,
      Param<String> probability,
      Param<String> raw,
      IntParam batch) {
    static Predictions of(Identifiable stage) {
      return new Predictions(
          new Param<>(
              stage, "outputCol", "column of the predicted class's name, or of the answer's text"),
          new Param<>(stage, "predictionCol", "column of the predicted class's number, a double"),
          new Param<>(stage, "probabilityCol", "column of the classes' probabilities, a vector"),
          new Param<>(stage, "rawPredictionCol", "column of the classes' logits, a vector"),
          new IntParam(
              stage,
              "scoringBatchSize",
              "rows of a forward pass when the model scores",
              ParamValidators.gt(0)));
    }

    /** Sets the names that MLlib has, and the batch size of the Transformers. */
    void defaults(Params stage) {
      stage.setDefault(output, "predictedLabel");
      stage.setDefault(prediction, "prediction");
      stage.setDefault(probability, "probability");
      stage.setDefault(raw, "rawPrediction");
      stage.setDefault(batch, (Object) 32);
    }
  }

  /** The params of this stage. */
  Predictions predictions();

  /**
   * Checks the engine, as DJL's stages have it; there is one.
   *
   * @param value {@code PyTorch}
   * @throws org.tributary.error.WrongInput if it is another one
   */
  @SuppressWarnings("unchecked")
  default T setEngine(String value) {
    ScoringParams.checkEngine(value);
    return (T) this;
  }

  /** Param: column of the predicted class's name, or of the answer. */
  default Param<String> outputCol() {
    return predictions().output();
  }

  /** Column of the predicted class's name, or of the answer. */
  default String getOutputCol() {
    return getOrDefault(outputCol());
  }

  /** Sets the column of the predicted class's name, or of the answer. */
  @SuppressWarnings("unchecked")
  default T setOutputCol(String value) {
    return (T) set(outputCol(), value);
  }

  /** Param: column of the predicted class's number. */
  default Param<String> predictionCol() {
    return predictions().prediction();
  }

  /** Column of the predicted class's number. */
  default String getPredictionCol() {
    return getOrDefault(predictionCol());
  }

  /** Sets the column of the predicted class's number. */
  @SuppressWarnings("unchecked")
  default T setPredictionCol(String value) {
    return (T) set(predictionCol(), value);
  }

  /** Param: column of the classes' probabilities. */
  default Param<String> probabilityCol() {
    return predictions().probability();
  }

  /** Column of the classes' probabilities. */
  default String getProbabilityCol() {
    return getOrDefault(probabilityCol());
  }

  /** Sets the column of the classes' probabilities. */
  @SuppressWarnings("unchecked")
  default T setProbabilityCol(String value) {
    return (T) set(probabilityCol(), value);
  }

  /** Param: column of the classes' logits. */
  default Param<String> rawPredictionCol() {
    return predictions().raw();
  }

  /** Column of the classes' logits. */
  default String getRawPredictionCol() {
    return getOrDefault(rawPredictionCol());
  }

  /** Sets the column of the classes' logits. */
  @SuppressWarnings("unchecked")
  default T setRawPredictionCol(String value) {
    return (T) set(rawPredictionCol(), value);
  }

  /** Param: rows of a forward pass when the model scores. */
  default IntParam scoringBatchSize() {
    return predictions().batch();
  }

  /** Rows of a forward pass when the model scores. */
  default int getScoringBatchSize() {
    return (Integer) getOrDefault(scoringBatchSize());
  }

  /** Sets the rows of a forward pass when the model scores. */
  @SuppressWarnings("unchecked")
  default T setScoringBatchSize(int value) {
    return (T) set(scoringBatchSize(), (Object) value);
  }
}
