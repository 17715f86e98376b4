package org.tributary.ml;

import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;

/**
 * Low-rank adapters, for frameworks that train them. The names stand for keys of {@code train}, see
 * {@link TrainKeys}.
 *
 * @param <T> the stage, which setters return
 */
public interface LoraParams<T> extends Params {
  /**
   * The params, made for one stage.
   *
   * @param rank rank of the adapters
   * @param alpha numerator of the adapters' scale, alpha / rank
   * @param targets names of the linear layers that get adapters, or globs over them
   */
  record Loras(IntParam rank, DoubleParam alpha, StringArrayParam targets) {
    static Loras of(Params stage) {
      return new Loras(
          new IntParam(stage, "loraRank", "rank of the adapters", ParamValidators.gt(0)),
          new DoubleParam(
              stage,
              "loraAlpha",
              "numerator of the adapters' scale, alpha / rank",
              ParamValidators.gt(0)),
          new StringArrayParam(
              stage,
              "loraTargets",
              "names of the linear layers that get adapters, or globs over them"));
    }
  }

  /** The params of this stage. */
  Loras loras();

  /** Param: rank of the adapters. */
  default IntParam loraRank() {
    return loras().rank();
  }

  /** Rank of the adapters. */
  default int getLoraRank() {
    return (Integer) getOrDefault(loraRank());
  }

  /** Sets the rank of the adapters. */
  @SuppressWarnings("unchecked")
  default T setLoraRank(int value) {
    return (T) set(loraRank(), (Object) value);
  }

  /** Param: numerator of the adapters' scale, alpha / rank. */
  default DoubleParam loraAlpha() {
    return loras().alpha();
  }

  /** Numerator of the adapters' scale, alpha / rank. */
  default double getLoraAlpha() {
    return (Double) getOrDefault(loraAlpha());
  }

  /** Sets the numerator of the adapters' scale, alpha / rank. */
  @SuppressWarnings("unchecked")
  default T setLoraAlpha(double value) {
    return (T) set(loraAlpha(), (Object) value);
  }

  /** Param: names of the linear layers that get adapters, or globs over them. */
  default StringArrayParam loraTargets() {
    return loras().targets();
  }

  /** Names of the linear layers that get adapters, or globs over them. */
  default String[] getLoraTargets() {
    return getOrDefault(loraTargets());
  }

  /** Sets the names of the linear layers that get adapters, or globs over them. */
  @SuppressWarnings("unchecked")
  default T setLoraTargets(String[] value) {
    return (T) set(loraTargets(), value);
  }
}
