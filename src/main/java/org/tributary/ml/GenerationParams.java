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

  /** Param: most tokens of an answer. */
  default IntParam newTokens() {
    return generation().sampling().newTokens();
  }

  /** Get: most tokens of an answer. */
  default int getNewTokens() {
    return (Integer) getOrDefault(newTokens());
  }

  /** Sets: most tokens of an answer. */
  @SuppressWarnings("unchecked")
  default T setNewTokens(int value) {
    return (T) set(newTokens(), (Object) value);
  }

  /** Param: 0 for the most likely token, else divides the logits before a token is sampled. */
  default DoubleParam temperature() {
    return generation().sampling().temperature();
  }

  /** Get: 0 for the most likely token, else divides the logits before a token is sampled. */
  default double getTemperature() {
    return (Double) getOrDefault(temperature());
  }

  /** Sets: 0 for the most likely token, else divides the logits before a token is sampled. */
  @SuppressWarnings("unchecked")
  default T setTemperature(double value) {
    return (T) set(temperature(), (Object) value);
  }

  /** Param: probability mass of the most likely tokens to sample from. */
  default DoubleParam topP() {
    return generation().sampling().topP();
  }

  /** Get: probability mass of the most likely tokens to sample from. */
  default double getTopP() {
    return (Double) getOrDefault(topP());
  }

  /** Sets: probability mass of the most likely tokens to sample from. */
  @SuppressWarnings("unchecked")
  default T setTopP(double value) {
    return (T) set(topP(), (Object) value);
  }

  /** Param: penalty on tokens that prompt and answer already have. */
  default DoubleParam repetitionPenalty() {
    return generation().sampling().repetitionPenalty();
  }

  /** Get: penalty on tokens that prompt and answer already have. */
  default double getRepetitionPenalty() {
    return (Double) getOrDefault(repetitionPenalty());
  }

  /** Sets: penalty on tokens that prompt and answer already have; 1 for none. */
  @SuppressWarnings("unchecked")
  default T setRepetitionPenalty(double value) {
    return (T) set(repetitionPenalty(), (Object) value);
  }

  /** Param: seed of sampling. */
  default LongParam seed() {
    return generation().sampling().seed();
  }

  /** Get: seed of sampling. */
  default long getSeed() {
    return (Long) getOrDefault(seed());
  }

  /** Sets: seed of sampling. */
  @SuppressWarnings("unchecked")
  default T setSeed(long value) {
    return (T) set(seed(), (Object) value);
  }

  /** Param: column of whole numbers, the row's number for sampling. */
  default Param<String> rowCol() {
    return generation().prompts().rowCol();
  }

  /** Get: column of whole numbers, the row's number for sampling. */
  default String getRowCol() {
    return getOrDefault(rowCol());
  }

  /**
   * Sets: column of whole numbers, the row's number for sampling; without it, a row's random
   * numbers depend on its prompt.
   */
  @SuppressWarnings("unchecked")
  default T setRowCol(String value) {
    return (T) set(rowCol(), value);
  }

  /** Param: prompt. */
  default Param<String> prompt() {
    return generation().prompts().prompt();
  }

  /** Get: prompt. */
  default String getPrompt() {
    return getOrDefault(prompt());
  }

  /**
   * Sets: prompt: a name (seed-paper, alpaca, plain, chat) or a text with {@code {column}}; without
   * it, inputCol has the whole prompt.
   */
  @SuppressWarnings("unchecked")
  default T setPrompt(String value) {
    return (T) set(prompt(), value);
  }

  /** Param: question of a chat. */
  default Param<String> message() {
    return generation().prompts().message();
  }

  /** Get: question of a chat. */
  default String getMessage() {
    return getOrDefault(message());
  }

  /**
   * Sets: question of a chat: a name as of prompt, or a text with {@code {column}}; without it, the
   * text of inputCol.
   */
  @SuppressWarnings("unchecked")
  default T setMessage(String value) {
    return (T) set(message(), value);
  }

  /** Param: the system message of a chat. */
  default Param<String> system() {
    return generation().prompts().system();
  }

  /** Get: the system message of a chat. */
  default String getSystem() {
    return getOrDefault(system());
  }

  /** Sets: the system message of a chat; without it, the template's own. */
  @SuppressWarnings("unchecked")
  default T setSystem(String value) {
    return (T) set(system(), value);
  }

  /** Param: new column that says whether the prompt was cut, a boolean. */
  default Param<String> truncatedCol() {
    return generation().truncatedCol();
  }

  /** Get: new column that says whether the prompt was cut, a boolean. */
  default String getTruncatedCol() {
    return getOrDefault(truncatedCol());
  }

  /** Sets: new column that says whether the prompt was cut, a boolean; empty for none. */
  @SuppressWarnings("unchecked")
  default T setTruncatedCol(String value) {
    return (T) set(truncatedCol(), value);
  }
}
