package org.tributary.ml;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Identifiable;
import org.tributary.error.WrongInput;

/**
 * The Params that all Transformers have: the model, the columns and how rows are scored.
 *
 * @param <T> the Transformer, which setters return
 */
public interface ScoringParams<T> extends Params {
  /** The only engine. */
  String ENGINE = "PyTorch";

  /**
   * Checks the name of an engine.
   *
   * @param name of it
   * @throws WrongInput if it is not {@link #ENGINE}
   */
  static void checkEngine(String name) {
    if (!ENGINE.equals(name)) {
      throw new WrongInput(
          "engine: %s is not supported; the engine is %s, remove setEngine or name it"
              .formatted(name, ENGINE));
    }
  }

  /**
   * The Params, made for one Transformer.
   *
   * @param inputCol column that is scored
   * @param outputCol column that is added
   * @param model where the model is
   * @param engine what computes
   * @param batchSize rows that are scored together
   * @param maxLength tokens that a text keeps
   * @param precision of weights and activations
   */
  record Scoring(
      Param<String> inputCol,
      Param<String> outputCol,
      Model model,
      Param<String> engine,
      IntParam batchSize,
      IntParam maxLength,
      Param<String> precision)
      implements Serializable {
    /**
     * Where the model is.
     *
     * @param url the model's, adapter's or run's folder
     * @param base the model's folder of an adapter
     * @param shared whether local paths are the same on every node
     */
    record Model(Param<String> url, Param<String> base, BooleanParam shared)
        implements Serializable {
      static Model of(Identifiable stage) {
        return new Model(
            new Param<>(
                stage,
                "modelUrl",
                "folder of a model, of a PEFT adapter, or of a run of train, a path or URI"),
            new Param<>(
                stage,
                "baseModelUrl",
                "folder of the model of the adapter that modelUrl names; without it, the one that the"
                    + " adapter or its run names"),
            new BooleanParam(
                stage, "shared", "whether file: paths are the same file system on every node"));
      }
    }

    /**
     * Makes the Params of a Transformer, whose uid is already set.
     *
     * @param stage the Transformer
     * @param input what the input column has
     * @param output what the output column gets
     */
    static Scoring of(Identifiable stage, String input, String output) {
      return new Scoring(
          new Param<>(stage, "inputCol", "column of " + input),
          new Param<>(stage, "outputCol", "new column of " + output),
          Model.of(stage),
          new Param<>(
              stage, "engine", "the engine: " + ENGINE, ParamValidators.inArray(List.of(ENGINE))),
          new IntParam(
              stage, "batchSize", "rows that are scored together", ParamValidators.gtEq(1)),
          new IntParam(
              stage,
              "maxLength",
              "tokens that a text keeps, with special ones; without it, those of the run, else 512 or"
                  + " the model's positions if there are fewer",
              ParamValidators.gtEq(4)),
          new Param<>(
              stage,
              "precision",
              "type of weights and activations: float32 or bfloat16",
              ParamValidators.inArray(List.of("float32", "bfloat16"))));
    }
  }

  /** The Params of this Transformer. */
  Scoring scoring();

  /** Param: folder of the model, the adapter or the run. */
  default Param<String> modelUrl() {
    return scoring().model().url();
  }

  /** The folder of the model, the adapter or the run. */
  default String getModelUrl() {
    return getOrDefault(modelUrl());
  }

  /** Sets the folder of a model, of a PEFT adapter or of a run of {@code train}, a path or URI. */
  @SuppressWarnings("unchecked")
  default T setModelUrl(String value) {
    return (T) set(modelUrl(), value);
  }

  /** Param: folder of the model of an adapter. */
  default Param<String> baseModelUrl() {
    return scoring().model().base();
  }

  /** The folder of the model of an adapter. */
  default String getBaseModelUrl() {
    return getOrDefault(baseModelUrl());
  }

  /** Sets the folder of the model of an adapter, if it is not where the adapter says. */
  @SuppressWarnings("unchecked")
  default T setBaseModelUrl(String value) {
    return (T) set(baseModelUrl(), value);
  }

  /** Param: whether local paths are the same on every node. */
  default BooleanParam shared() {
    return scoring().model().shared();
  }

  /** Whether local paths are the same on every node. */
  default boolean getShared() {
    return (Boolean) getOrDefault(shared());
  }

  /** Says that {@code file:} paths are the same file system on every node, such as an NFS mount. */
  @SuppressWarnings("unchecked")
  default T setShared(boolean value) {
    return (T) set(shared(), (Object) value);
  }

  /** Param: column that is scored. */
  default Param<String> inputCol() {
    return scoring().inputCol();
  }

  /** The column that is scored. */
  default String getInputCol() {
    return getOrDefault(inputCol());
  }

  /** Sets the column that is scored. */
  @SuppressWarnings("unchecked")
  default T setInputCol(String value) {
    return (T) set(inputCol(), value);
  }

  /** Param: new column. */
  default Param<String> outputCol() {
    return scoring().outputCol();
  }

  /** The new column. */
  default String getOutputCol() {
    return getOrDefault(outputCol());
  }

  /** Sets the new column. */
  @SuppressWarnings("unchecked")
  default T setOutputCol(String value) {
    return (T) set(outputCol(), value);
  }

  /** Param: the engine. */
  default Param<String> engine() {
    return scoring().engine();
  }

  /** The engine. */
  default String getEngine() {
    return getOrDefault(engine());
  }

  /**
   * Sets the engine.
   *
   * @param value {@code PyTorch}
   * @throws WrongInput if it is another one
   */
  @SuppressWarnings("unchecked")
  default T setEngine(String value) {
    checkEngine(value);
    return (T) set(engine(), value);
  }

  /** Param: rows that are scored together. */
  default IntParam batchSize() {
    return scoring().batchSize();
  }

  /** The number of rows that are scored together. */
  default int getBatchSize() {
    return (Integer) getOrDefault(batchSize());
  }

  /** Sets the number of rows that are scored together. */
  @SuppressWarnings("unchecked")
  default T setBatchSize(int value) {
    return (T) set(batchSize(), (Object) value);
  }

  /** Param: tokens that a text keeps. */
  default IntParam maxLength() {
    return scoring().maxLength();
  }

  /** The number of tokens that a text keeps. */
  default int getMaxLength() {
    return (Integer) getOrDefault(maxLength());
  }

  /** Sets the number of tokens that a text keeps, with special ones. */
  @SuppressWarnings("unchecked")
  default T setMaxLength(int value) {
    return (T) set(maxLength(), (Object) value);
  }

  /** Param: type of weights and activations. */
  default Param<String> precision() {
    return scoring().precision();
  }

  /** The type of weights and activations. */
  default String getPrecision() {
    return getOrDefault(precision());
  }

  /** Sets the type of weights and activations, {@code float32} or {@code bfloat16}. */
  @SuppressWarnings("unchecked")
  default T setPrecision(String value) {
    return (T) set(precision(), value);
  }
}
