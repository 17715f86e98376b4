package org.tributary.ml;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Identifiable;

/**
 * The columns that a model reads: a text, a pair of texts, an image or a prompt. {@link
 * FederatedFineTuner} and {@link FineTunedModel} both have them.
 *
 * @param <T> the stage, which setters return
 */
public interface InputColumns<T> extends Params {
  /**
   * The params, made for one stage.
   *
   * @param text column of the text
   * @param pair column of the second text of a pair
   * @param prompt column of the prompt
   * @param image column of the encoded image
   */
  record Inputs(Param<String> text, Param<String> pair, Param<String> prompt, Param<String> image) {
    static Inputs of(Identifiable stage) {
      return new Inputs(
          new Param<>(stage, "textCol", "column with the text to classify"),
          new Param<>(
              stage, "textPairCol", "column with the second text, for pairs such as a hypothesis"),
          new Param<>(stage, "promptCol", "column with the prompt of a language model"),
          new Param<>(
              stage,
              "imageCol",
              "column with the encoded image: binary, or a struct with the binary field bytes"));
    }
  }

  /** The params of this stage. */
  Inputs inputs();

  /** The columns that are set, in the order text, pair, prompt, image. */
  default List<Param<String>> givenInputs() {
    List<Param<String>> given =
        new ArrayList<>(
            List.of(inputs().text(), inputs().pair(), inputs().prompt(), inputs().image()));
    given.removeIf(param -> !isDefined(param));
    return given;
  }

  /** Param: column with the text to classify. */
  default Param<String> textCol() {
    return inputs().text();
  }

  /** Column with the text to classify. */
  default String getTextCol() {
    return getOrDefault(textCol());
  }

  /** Sets the column with the text to classify. */
  @SuppressWarnings("unchecked")
  default T setTextCol(String value) {
    return (T) set(textCol(), value);
  }

  /** Param: column with the second text of a pair. */
  default Param<String> textPairCol() {
    return inputs().pair();
  }

  /** Column with the second text of a pair. */
  default String getTextPairCol() {
    return getOrDefault(textPairCol());
  }

  /** Sets the column with the second text of a pair; {@link #setTextCol} has the first. */
  @SuppressWarnings("unchecked")
  default T setTextPairCol(String value) {
    return (T) set(textPairCol(), value);
  }

  /** Param: column with the prompt of a language model. */
  default Param<String> promptCol() {
    return inputs().prompt();
  }

  /** Column with the prompt of a language model. */
  default String getPromptCol() {
    return getOrDefault(promptCol());
  }

  /** Sets the column with the prompt of a language model. */
  @SuppressWarnings("unchecked")
  default T setPromptCol(String value) {
    return (T) set(promptCol(), value);
  }

  /** Param: column with the encoded image. */
  default Param<String> imageCol() {
    return inputs().image();
  }

  /** Column with the encoded image. */
  default String getImageCol() {
    return getOrDefault(imageCol());
  }

  /** Sets the column with the encoded image, PNG, JPEG and the like. */
  @SuppressWarnings("unchecked")
  default T setImageCol(String value) {
    return (T) set(imageCol(), value);
  }
}
