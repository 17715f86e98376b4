package org.tributary.ml;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Identifiable;

/**
 * The columns that only training reads: whose row it is, and what the model is to answer.
 *
 * @param <T> the stage, which setters return
 */
public interface TargetColumns<T> extends Params {
  /**
   * The params, made for one stage.
   *
   * @param client column that says whose row it is
   * @param label column with the class: a string, or a whole number from 0, which is the row of the
   *     classifier
   * @param answer column with the answer to the prompt
   */
  record Targets(Param<String> client, Param<String> label, Param<String> answer) {
    static Targets of(Identifiable stage) {
      return new Targets(
          new Param<>(stage, "clientCol", "column that says whose row it is"),
          new Param<>(
              stage,
              "labelCol",
              "column with the class: a string, or a whole number from 0, which is the row of the classifier"),
          new Param<>(stage, "answerCol", "column with the answer to the prompt"));
    }
  }

  /** The params of this stage. */
  Targets targets();

  /** Param: column that says whose row it is. */
  default Param<String> clientCol() {
    return targets().client();
  }

  /** Column that says whose row it is. */
  default String getClientCol() {
    return getOrDefault(clientCol());
  }

  /** Sets the column that says whose row it is. */
  @SuppressWarnings("unchecked")
  default T setClientCol(String value) {
    return (T) set(clientCol(), value);
  }

  /**
   * Param: column with the class: a string, or a whole number from 0, which is the row of the
   * classifier.
   */
  default Param<String> labelCol() {
    return targets().label();
  }

  /**
   * Column with the class: a string, or a whole number from 0, which is the row of the classifier.
   */
  default String getLabelCol() {
    return getOrDefault(labelCol());
  }

  /**
   * Sets the column with the class: a string, or a whole number from 0, which is the row of the
   * classifier.
   */
  @SuppressWarnings("unchecked")
  default T setLabelCol(String value) {
    return (T) set(labelCol(), value);
  }

  /** Param: column with the answer to the prompt. */
  default Param<String> answerCol() {
    return targets().answer();
  }

  /** Column with the answer to the prompt. */
  default String getAnswerCol() {
    return getOrDefault(answerCol());
  }

  /** Sets the column with the answer to the prompt. */
  @SuppressWarnings("unchecked")
  default T setAnswerCol(String value) {
    return (T) set(answerCol(), value);
  }
}
