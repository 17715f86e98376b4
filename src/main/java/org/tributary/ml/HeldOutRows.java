package org.tributary.ml;

import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Identifiable;

/**
 * The rows that no client trains on.
 *
 * @param <T> the stage, which setters return
 */
public interface HeldOutRows<T> extends Params {
  /**
   * The params, made for one stage.
   *
   * @param indicator boolean column that is true for rows that only validate
   * @param validation share of each client's rows that only validate
   * @param test share of all rows that only test
   */
  record HeldOut(Param<String> indicator, DoubleParam validation, DoubleParam test) {
    static HeldOut of(Identifiable stage) {
      return new HeldOut(
          new Param<>(
              stage,
              "validationIndicatorCol",
              "boolean column that is true for rows that only validate"),
          new DoubleParam(
              stage,
              "validation",
              "share of each client's rows that only validate",
              ParamValidators.inRange(0, 1, true, false)),
          new DoubleParam(
              stage,
              "test",
              "share of all rows that only test",
              ParamValidators.inRange(0, 1, true, false)));
    }
  }

  /** The params of this stage. */
  HeldOut heldOut();

  /** Param: boolean column that is true for rows that only validate. */
  default Param<String> validationIndicatorCol() {
    return heldOut().indicator();
  }

  /** Boolean column that is true for rows that only validate. */
  default String getValidationIndicatorCol() {
    return getOrDefault(validationIndicatorCol());
  }

  /** Sets the boolean column that is true for rows that only validate. */
  @SuppressWarnings("unchecked")
  default T setValidationIndicatorCol(String value) {
    return (T) set(validationIndicatorCol(), value);
  }

  /** Param: share of each client's rows that only validate. */
  default DoubleParam validation() {
    return heldOut().validation();
  }

  /** Share of each client's rows that only validate. */
  default double getValidation() {
    return (Double) getOrDefault(validation());
  }

  /** Sets the share of each client's rows that only validate. */
  @SuppressWarnings("unchecked")
  default T setValidation(double value) {
    return (T) set(validation(), (Object) value);
  }

  /** Param: share of all rows that only test. */
  default DoubleParam test() {
    return heldOut().test();
  }

  /** Share of all rows that only test. */
  default double getTest() {
    return (Double) getOrDefault(test());
  }

  /** Sets the share of all rows that only test. */
  @SuppressWarnings("unchecked")
  default T setTest(double value) {
    return (T) set(test(), (Object) value);
  }
}
