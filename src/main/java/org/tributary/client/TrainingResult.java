package org.tributary.client;

import java.util.List;
import java.util.Map;
import org.tributary.protocol.ClientReport;
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
   * @param losses the losses of at most {@link #LOSSES} steps, evenly spread, with the first and
   *     the last one
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
      double rates,
      List<ClientReport.StepLoss> losses) {
    /** The most steps of a round whose losses are reported. */
    static final int LOSSES = 64;

    /** Whether the loss of a step is reported. */
    static boolean isReported(int step, int steps) {
      long spread = LOSSES - 1L;
      return step == 1 || step * spread / steps > (step - 1) * spread / steps;
    }
  }
}
