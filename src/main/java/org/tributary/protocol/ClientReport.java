package org.tributary.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import org.tributary.json.Json;

/**
 * A client's report about its training in a round. It is stored in the header of the client update.
 *
 * @param client id
 * @param round counted from 0
 * @param attempt the Spark application and task attempt that trained
 * @param samples n_k, its training rows
 * @param steps optimizer steps taken
 * @param tokens real tokens (without padding) that went through the model
 * @param lossFirst mean loss of the first step
 * @param lossLast mean loss of the last step
 * @param lossMean mean loss of all steps
 * @param gradientNorm mean over the steps of the L2 norm before clipping
 * @param truncatedRows rows cut to the longest length
 * @param seconds from the first step to the last
 * @param trainableParameters number of trained parameters
 * @param optimizerBytes size of the optimizer's state
 * @param bytesDown bytes of the tensors that it received
 * @param bytesUp bytes of the tensors that it sends
 * @param host the machine that it ran on
 * @param device such as {@code cpu()} or {@code gpu(0)}
 * @param threads CPU threads of one operator
 * @param cpuCapability such as {@code AVX2}; results are bit-equal for equal capabilities
 * @param peakMemoryBytes the process's largest resident memory so far
 * @param losses the losses of some steps, in order; empty if an earlier version trained
 */
public record ClientReport(
    String client,
    int round,
    String attempt,
    long samples,
    int steps,
    long tokens,
    double lossFirst,
    double lossLast,
    double lossMean,
    double gradientNorm,
    long truncatedRows,
    double seconds,
    long trainableParameters,
    long optimizerBytes,
    long bytesDown,
    long bytesUp,
    String host,
    String device,
    int threads,
    String cpuCapability,
    long peakMemoryBytes,
    List<StepLoss> losses) {
  /** The key of the report in the metadata of an update. */
  public static final String KEY = "tributary.report";

  /** Copies the losses. */
  public ClientReport {
    losses = losses == null ? List.of() : List.copyOf(losses);
  }

  /**
   * The loss of a step.
   *
   * @param step of the round, counted from 1
   * @param loss mean over the step's rows, before the step
   */
  public record StepLoss(int step, double loss) {}

  /**
   * The report as text.
   *
   * @return JSON
   */
  public String json() {
    return Json.text(this);
  }

  /**
   * Reads a report.
   *
   * @param json the result of {@link #json}
   * @return the report
   * @throws IllegalArgumentException if the text is not a report
   */
  public static ClientReport of(String json) {
    try {
      return Json.record(json, ClientReport.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a client's report: " + e.getOriginalMessage(), e);
    }
  }
}
