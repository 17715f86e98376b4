package org.tributary.tables;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.tributary.evaluation.Evaluation;

/**
 * The measurements of a round: {@code round.json}.
 *
 * @param round counted from 0
 * @param cohort ids that were drawn
 * @param accepted ids whose updates were merged
 * @param failed reasons by id
 * @param loss Σ p_k of the clients' mean losses
 * @param bytesUp of all accepted updates' tensors
 * @param bytesDown of all tensors given to the accepted clients
 * @param secondsTrain from the start of the clients' tasks to the end of the last one
 * @param secondsMerge validation and merge
 * @param secondsEvaluate of the merged model
 * @param resumed whether a part of the round was done by an earlier driver, whose seconds are lost
 * @param endedAt ISO 8601 with microseconds, in UTC; null if an earlier version wrote the round
 * @param evaluations of this round; empty if it was not evaluated
 */
public record RoundSummary(
    int round,
    List<String> cohort,
    List<String> accepted,
    Map<String, String> failed,
    double loss,
    long bytesUp,
    long bytesDown,
    double secondsTrain,
    double secondsMerge,
    double secondsEvaluate,
    boolean resumed,
    String endedAt,
    List<Evaluation> evaluations) {

  /** The moment at which the round was done. */
  Instant ended() {
    return endedAt == null ? null : Instant.parse(endedAt);
  }
}
