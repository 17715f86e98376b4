package org.tributary.ml;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.Identifiable;

/**
 * The Params that all Transformers have.
 *
 * @param inputCol column that is scored
 * @param outputCol column that is added
 * @param model where the model is
 * @param engine what computes
 * @param batchSize rows that are scored together
 * @param maxLength tokens that a text keeps
 * @param precision of weights and activations
 */
record ScoringParams(
    Param<String> inputCol,
    Param<String> outputCol,
    Model model,
    Param<String> engine,
    IntParam batchSize,
    IntParam maxLength,
    Param<String> precision)
    implements Serializable {
  /** The only engine. */
  static final String ENGINE = "PyTorch";

  /**
   * Where the model is.
   *
   * @param url the model's, adapter's or run's folder
   * @param base the model's folder of an adapter
   * @param shared whether local paths are the same on every node
   */
  record Model(Param<String> url, Param<String> base, BooleanParam shared) implements Serializable {
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
  static ScoringParams of(Identifiable stage, String input, String output) {
    return new ScoringParams(
        new Param<>(stage, "inputCol", "column of " + input),
        new Param<>(stage, "outputCol", "new column of " + output),
        Model.of(stage),
        new Param<>(
            stage, "engine", "the engine: " + ENGINE, ParamValidators.inArray(List.of(ENGINE))),
        new IntParam(stage, "batchSize", "rows that are scored together", ParamValidators.gtEq(1)),
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
