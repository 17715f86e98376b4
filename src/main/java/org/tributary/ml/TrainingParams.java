package org.tributary.ml;

import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Identifiable;

/**
 * How the clients train. The names stand for keys of {@code train}, see {@link TrainKeys}.
 *
 * @param <T> the stage, which setters return
 */
public interface TrainingParams<T> extends Params {
  /**
   * The params, made for one stage.
   *
   * @param rounds number of rounds
   * @param steps number of optimizer steps of a client in a round
   * @param batch number of rows of a step
   * @param rate learning rate of the optimizer
   * @param optimizer name of the optimizer, such as adamw or sgd
   */
  record Trainings(
      IntParam rounds, IntParam steps, IntParam batch, DoubleParam rate, Param<String> optimizer) {
    static Trainings of(Identifiable stage) {
      return new Trainings(
          new IntParam(stage, "rounds", "number of rounds", ParamValidators.gt(0)),
          new IntParam(
              stage,
              "steps",
              "number of optimizer steps of a client in a round",
              ParamValidators.gt(0)),
          new IntParam(stage, "batchSize", "number of rows of a step", ParamValidators.gt(0)),
          new DoubleParam(
              stage, "learningRate", "learning rate of the optimizer", ParamValidators.gt(0)),
          new Param<>(stage, "optimizer", "name of the optimizer, such as adamw or sgd"));
    }
  }

  /** The params of this stage. */
  Trainings trainings();

  /** Param: number of rounds. */
  default IntParam rounds() {
    return trainings().rounds();
  }

  /** Number of rounds. */
  default int getRounds() {
    return (Integer) getOrDefault(rounds());
  }

  /** Sets the number of rounds. */
  @SuppressWarnings("unchecked")
  default T setRounds(int value) {
    return (T) set(rounds(), (Object) value);
  }

  /** Param: number of optimizer steps of a client in a round. */
  default IntParam steps() {
    return trainings().steps();
  }

  /** Number of optimizer steps of a client in a round. */
  default int getSteps() {
    return (Integer) getOrDefault(steps());
  }

  /** Sets the number of optimizer steps of a client in a round. */
  @SuppressWarnings("unchecked")
  default T setSteps(int value) {
    return (T) set(steps(), (Object) value);
  }

  /** Param: number of rows of a step. */
  default IntParam batchSize() {
    return trainings().batch();
  }

  /** Number of rows of a step. */
  default int getBatchSize() {
    return (Integer) getOrDefault(batchSize());
  }

  /** Sets the number of rows of a step. */
  @SuppressWarnings("unchecked")
  default T setBatchSize(int value) {
    return (T) set(batchSize(), (Object) value);
  }

  /** Param: learning rate of the optimizer. */
  default DoubleParam learningRate() {
    return trainings().rate();
  }

  /** Learning rate of the optimizer. */
  default double getLearningRate() {
    return (Double) getOrDefault(learningRate());
  }

  /** Sets the learning rate of the optimizer. */
  @SuppressWarnings("unchecked")
  default T setLearningRate(double value) {
    return (T) set(learningRate(), (Object) value);
  }

  /** Param: name of the optimizer, such as adamw or sgd. */
  default Param<String> optimizer() {
    return trainings().optimizer();
  }

  /** Name of the optimizer, such as adamw or sgd. */
  default String getOptimizer() {
    return getOrDefault(optimizer());
  }

  /** Sets the name of the optimizer, such as adamw or sgd. */
  @SuppressWarnings("unchecked")
  default T setOptimizer(String value) {
    return (T) set(optimizer(), value);
  }
}
