package org.tributary.ml;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Identifiable;

/**
 * How long the answers of a language model are. {@link FederatedFineTuner} passes it on to its
 * model.
 *
 * @param <T> the stage, which setters return
 */
public interface AnswerParams<T> extends Params {
  /**
   * The param, made for one stage.
   *
   * @param tokens most tokens of an answer
   */
  record Answers(IntParam tokens) {
    static Answers of(Identifiable stage) {
      return new Answers(
          new IntParam(
              stage,
              "newTokens",
              "most tokens of an answer, of a language model",
              ParamValidators.gt(0)));
    }

    /** Sets the number that {@code generate} has by default. */
    void defaults(Params stage) {
      stage.setDefault(tokens, (Object) 64);
    }
  }

  /** The param of this stage. */
  Answers answers();

  /** Param: most tokens of an answer. */
  default IntParam newTokens() {
    return answers().tokens();
  }

  /** Most tokens of an answer. */
  default int getNewTokens() {
    return (Integer) getOrDefault(newTokens());
  }

  /** Sets the most tokens of an answer, of a language model. */
  @SuppressWarnings("unchecked")
  default T setNewTokens(int value) {
    return (T) set(newTokens(), (Object) value);
  }
}
