package org.tributary.ml;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Identifiable;

/**
 * What is trained, and by which framework. The names stand for keys of {@code train}, see {@link
 * TrainKeys}.
 *
 * @param <T> the stage, which setters return
 */
public interface ModelParams<T> extends Params {
  /**
   * The params, made for one stage.
   *
   * @param url folder of the base model in Hugging Face layout, a URI or path
   * @param framework name of the federated framework, such as fedavg or fedit
   * @param length most tokens of a text, with special ones
   */
  record Models(Param<String> url, Param<String> framework, IntParam length) {
    static Models of(Identifiable stage) {
      return new Models(
          new Param<>(
              stage, "modelUrl", "folder of the base model in Hugging Face layout, a URI or path"),
          new Param<>(
              stage, "framework", "name of the federated framework, such as fedavg or fedit"),
          new IntParam(
              stage,
              "maxLength",
              "most tokens of a text, with special ones",
              ParamValidators.gtEq(4)));
    }
  }

  /** The params of this stage. */
  Models models();

  /** Param: folder of the base model in Hugging Face layout, a URI or path. */
  default Param<String> modelUrl() {
    return models().url();
  }

  /** Folder of the base model in Hugging Face layout, a URI or path. */
  default String getModelUrl() {
    return getOrDefault(modelUrl());
  }

  /** Sets the folder of the base model in Hugging Face layout, a URI or path. */
  @SuppressWarnings("unchecked")
  default T setModelUrl(String value) {
    return (T) set(modelUrl(), value);
  }

  /** Param: name of the federated framework, such as fedavg or fedit. */
  default Param<String> framework() {
    return models().framework();
  }

  /** Name of the federated framework, such as fedavg or fedit. */
  default String getFramework() {
    return getOrDefault(framework());
  }

  /** Sets the name of the federated framework, such as fedavg or fedit. */
  @SuppressWarnings("unchecked")
  default T setFramework(String value) {
    return (T) set(framework(), value);
  }

  /** Param: most tokens of a text, with special ones. */
  default IntParam maxLength() {
    return models().length();
  }

  /** Most tokens of a text, with special ones. */
  default int getMaxLength() {
    return (Integer) getOrDefault(maxLength());
  }

  /** Sets the most tokens of a text, with special ones. */
  @SuppressWarnings("unchecked")
  default T setMaxLength(int value) {
    return (T) set(maxLength(), (Object) value);
  }
}
