package org.tributary.evaluation;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Sums over a client's rows.
 *
 * @param rows their number
 * @param loss sum of the cross entropies
 * @param units what the mean loss is over: rows, or the tokens of answers
 * @param right rows whose most likely class is correct; null for language models
 */
record ClientSums(long rows, double loss, long units, Long right) {

  /** The sums of all clients, added by client. */
  static SortedMap<String, ClientSums> plus(
      SortedMap<String, ClientSums> one, SortedMap<String, ClientSums> other) {
    SortedMap<String, ClientSums> all = new TreeMap<>(one);
    other.forEach((client, sums) -> all.merge(client, sums, ClientSums::plus));
    return all;
  }

  ClientSums plus(ClientSums other) {
    return new ClientSums(
        rows + other.rows,
        loss + other.loss,
        units + other.units,
        right == null ? null : Long.valueOf(right + other.right));
  }

  /** The scores, by the column names of the table {@code evals}. */
  static SortedMap<String, Evaluation.ClientScores> scores(SortedMap<String, ClientSums> all) {
    SortedMap<String, Evaluation.ClientScores> scores = new TreeMap<>();
    all.forEach((client, sums) -> scores.put(client, sums.scores()));
    return scores;
  }

  private Evaluation.ClientScores scores() {
    SortedMap<String, Double> scores = new TreeMap<>();
    scores.put("loss", loss / units);
    if (right == null) {
      scores.put("perplexity", Math.exp(loss / units));
    } else {
      scores.put("accuracy", (double) right / rows);
    }
    return new Evaluation.ClientScores(rows, scores);
  }
}
