package org.tributary.client;

import java.util.Map;
import org.tributary.protocol.HostTensor;

/**
 * The result of a client's training.
 *
 * @param tensors all trained tensors, and those that a local rule computed, by name
 * @param optimizerState the optimizer's state; empty unless it is kept
 * @param facts numbers about the training
 */
public record TrainingResult(
    Map<String, HostTensor> tensors, Map<String, HostTensor> optimizerState, Facts facts) {

  /**
   * Numbers about a training.
   *
   * @param steps optimizer steps taken
   * @param tokens real tokens that went through the model
   * @param truncatedRows rows cut to the longest length
   * @param lossFirst mean loss of the first step
   * @param lossLast mean loss of the last step
   * @param lossMean mean loss of all steps
   * @param gradientNorm mean over the steps of the norm before clipping
   * @param optimizerBytes size of the optimizer's state
   * @param seconds from the first step to the last
   * @param rates sum of the learning rates of all steps
   */
  public record Facts(
      int steps,
      long tokens,
      long truncatedRows,
      double lossFirst,
      double lossLast,
      double lossMean,
      double gradientNorm,
      long optimizerBytes,
      double seconds,
      double rates) {}
}
