package org.tributary.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.tributary.json.Json;

/**
 * A client's report about its training in a round; it is in the header of the client update.
 *
 * @param client id
 * @param round counted from 0
 * @param attempt who did it: application and task attempt
 * @param samples n_k, its training rows
 * @param steps optimizer steps taken
 * @param tokens real tokens (without padding) that went through the model
 * @param lossFirst mean loss of the first step
 * @param lossLast mean loss of the last step
 * @param lossMean mean loss of all steps
 * @param gradientNorm mean over the steps of the L2 norm before clipping
 * @param truncatedRows rows cut to the longest length
 * @param seconds from the first step to the last
 * @param trainableParameters elements it changed
 * @param optimizerBytes size of the optimizer's state
 * @param bytesDown of the tensors it was given
 * @param bytesUp of the tensors it sends
 * @param host where it ran
 * @param device such as {@code cpu()} or {@code gpu(0)}
 * @param threads inside one operator
 * @param cpuCapability such as {@code AVX2}; equal bits are promised for equal ones
 * @param peakMemoryBytes the process's largest resident memory so far
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
    long peakMemoryBytes) {
  /** The key of an update's metadata under which the report lies. */
  public static final String KEY = "tributary.report";

  /**
   * As text.
   *
   * @return JSON
   */
  public String json() {
    return Json.text(this);
  }

  /**
   * From text.
   *
   * @param json what {@link #json} gave
   * @return the report
   * @throws IllegalArgumentException if it is not one
   */
  public static ClientReport of(String json) {
    try {
      return Json.record(json, ClientReport.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a client's report: " + e.getOriginalMessage(), e);
    }
  }
}
