package org.tributary.ml;

import java.io.Serializable;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Identifiable;

/**
 * The Params of text generation, as the job {@code generate} has them.
 *
 * @param <T> the Transformer, which setters return
 */
public interface GenerationParams<T> extends Params {
  /** How the next token is chosen, and from which prompts. */
  record Generation(Sampling sampling, Prompts prompts, Param<String> truncatedCol)
      implements Serializable {
    static Generation of(Identifiable stage) {
      return new Generation(
          Sampling.of(stage),
          Prompts.of(stage),
          new Param<>(
              stage,
              "truncatedCol",
              "new column that says whether the prompt was cut, a boolean; empty for none"));
    }

    void defaults(Params stage) {
      stage.setDefault(sampling.newTokens, (Object) 64);
      stage.setDefault(sampling.temperature, (Object) 0.0);
      stage.setDefault(sampling.topP, (Object) 1.0);
      stage.setDefault(sampling.repetitionPenalty, (Object) 1.0);
      stage.setDefault(sampling.seed, (Object) 0L);
      stage.setDefault(truncatedCol, "");
    }
  }

  /** How the next token is chosen. */
  record Sampling(
      IntParam newTokens,
      DoubleParam temperature,
      DoubleParam topP,
      DoubleParam repetitionPenalty,
      LongParam seed)
      implements Serializable {
    static Sampling of(Identifiable stage) {
      return new Sampling(
          new IntParam(stage, "newTokens", "most tokens of an answer", ParamValidators.gtEq(1)),
          new DoubleParam(
              stage,
              "temperature",
              "0 for the most likely token, else divides the logits before a token is sampled",
              ParamValidators.gtEq(0)),
          new DoubleParam(
              stage,
              "topP",
              "probability mass of the most likely tokens to sample from",
              ParamValidators.inRange(0, 1, false, true)),
          new DoubleParam(
              stage,
              "repetitionPenalty",
              "penalty on tokens that prompt and answer already have; 1 for none",
              ParamValidators.gt(0)),
          new LongParam(stage, "seed", "seed of sampling"));
    }
  }

  /** How rows become prompts. */
  record Prompts(
      Param<String> rowCol, Param<String> prompt, Param<String> message, Param<String> system)
      implements Serializable {
    static Prompts of(Identifiable stage) {
      return new Prompts(
          new Param<>(
              stage,
              "rowCol",
              "column of whole numbers, the row's number for sampling; without it, a row's random numbers depend on its prompt"),
          new Param<>(
              stage,
              "prompt",
              "prompt: a name (seed-paper, alpaca, plain, chat) or a text with {column}; without it, inputCol has the whole prompt"),
          new Param<>(
              stage,
              "message",
              "question of a chat: a name as of prompt, or a text with {column}; without it, the text of inputCol"),
          new Param<>(
              stage, "system", "the system message of a chat; without it, the template's own"));
    }
  }

  /** The Params of this Transformer. */
  Generation generation();

  /** Param: the most tokens of an answer. */
  default IntParam newTokens() {
    return generation().sampling().newTokens();
  }

  /** The most tokens of an answer. */
  default int getNewTokens() {
    return (Integer) getOrDefault(newTokens());
  }

  /** Sets the most tokens of an answer. */
  @SuppressWarnings("unchecked")
  default T setNewTokens(int value) {
    return (T) set(newTokens(), (Object) value);
  }

  /** Param: the divisor of the logits before a token is sampled; 0 takes the most likely token. */
  default DoubleParam temperature() {
    return generation().sampling().temperature();
  }

  /** The divisor of the logits before a token is sampled; 0 takes the most likely token. */
  default double getTemperature() {
    return (Double) getOrDefault(temperature());
  }

  /** Sets the divisor of the logits before a token is sampled; 0 takes the most likely token. */
  @SuppressWarnings("unchecked")
  default T setTemperature(double value) {
    return (T) set(temperature(), (Object) value);
  }

  /** Param: the probability mass of the most likely tokens to sample from. */
  default DoubleParam topP() {
    return generation().sampling().topP();
  }

  /** The probability mass of the most likely tokens to sample from. */
  default double getTopP() {
    return (Double) getOrDefault(topP());
  }

  /** Sets the probability mass of the most likely tokens to sample from. */
  @SuppressWarnings("unchecked")
  default T setTopP(double value) {
    return (T) set(topP(), (Object) value);
  }

  /** Param: the penalty on tokens that prompt and answer already have; 1 for none. */
  default DoubleParam repetitionPenalty() {
    return generation().sampling().repetitionPenalty();
  }

  /** The penalty on tokens that prompt and answer already have; 1 for none. */
  default double getRepetitionPenalty() {
    return (Double) getOrDefault(repetitionPenalty());
  }

  /** Sets the penalty on tokens that prompt and answer already have; 1 for none. */
  @SuppressWarnings("unchecked")
  default T setRepetitionPenalty(double value) {
    return (T) set(repetitionPenalty(), (Object) value);
  }

  /** Param: the seed of sampling. */
  default LongParam seed() {
    return generation().sampling().seed();
  }

  /** The seed of sampling. */
  default long getSeed() {
    return (Long) getOrDefault(seed());
  }

  /** Sets the seed of sampling. */
  @SuppressWarnings("unchecked")
  default T setSeed(long value) {
    return (T) set(seed(), (Object) value);
  }

  /** Param: the column with the number of each row; sampling depends on it. */
  default Param<String> rowCol() {
    return generation().prompts().rowCol();
  }

  /** The column with the number of each row; sampling depends on it. */
  default String getRowCol() {
    return getOrDefault(rowCol());
  }

  /** Sets the column with the number of each row; sampling depends on it. */
  @SuppressWarnings("unchecked")
  default T setRowCol(String value) {
    return (T) set(rowCol(), value);
  }

  /**
   * Param: the prompt: a name (seed-paper, alpaca, plain, chat) or a text with {@code {column}}.
   */
  default Param<String> prompt() {
    return generation().prompts().prompt();
  }

  /** The prompt: a name (seed-paper, alpaca, plain, chat) or a text with {@code {column}}. */
  default String getPrompt() {
    return getOrDefault(prompt());
  }

  /** Sets the prompt: a name (seed-paper, alpaca, plain, chat) or a text with {@code {column}}. */
  @SuppressWarnings("unchecked")
  default T setPrompt(String value) {
    return (T) set(prompt(), value);
  }

  /** Param: the question of a chat: a name as of prompt, or a text with {@code {column}}. */
  default Param<String> message() {
    return generation().prompts().message();
  }

  /** The question of a chat: a name as of prompt, or a text with {@code {column}}. */
  default String getMessage() {
    return getOrDefault(message());
  }

  /** Sets the question of a chat: a name as of prompt, or a text with {@code {column}}. */
  @SuppressWarnings("unchecked")
  default T setMessage(String value) {
    return (T) set(message(), value);
  }

  /** Param: the system message of a chat. */
  default Param<String> system() {
    return generation().prompts().system();
  }

  /** The system message of a chat. */
  default String getSystem() {
    return getOrDefault(system());
  }

  /** Sets the system message of a chat. */
  @SuppressWarnings("unchecked")
  default T setSystem(String value) {
    return (T) set(system(), value);
  }

  /** Param: the new column that says whether the prompt was cut; empty for none. */
  default Param<String> truncatedCol() {
    return generation().truncatedCol();
  }

  /** The new column that says whether the prompt was cut; empty for none. */
  default String getTruncatedCol() {
    return getOrDefault(truncatedCol());
  }

  /** Sets the new column that says whether the prompt was cut; empty for none. */
  @SuppressWarnings("unchecked")
  default T setTruncatedCol(String value) {
    return (T) set(truncatedCol(), value);
  }
}
