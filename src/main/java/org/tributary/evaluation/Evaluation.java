package org.tributary.evaluation;

import java.util.List;
import java.util.SortedMap;

/**
 * One evaluation of a model.
 *
 * @param client id of the client whose personal model is evaluated; null for the global model
 * @param part {@code test} or {@code validation}
 * @param rows number of evaluated rows
 * @param seconds the duration
 * @param scores by the column names of the table {@code evals}
 * @param details what the scores were computed from; null if an earlier version evaluated
 */
public record Evaluation(
    String client,
    String part,
    long rows,
    double seconds,
    SortedMap<String, Double> scores,
    Details details) {

  /**
   * What the scores were computed from.
   *
   * @param confusion the cells of the confusion matrix that are not 0, by label and prediction;
   *     empty for language models
   * @param clients the scores on each client's rows, by the client's id; empty for rows that belong
   *     to no client
   */
  public record Details(List<Cell> confusion, SortedMap<String, ClientScores> clients) {}

  /**
   * A cell of a confusion matrix.
   *
   * @param label index of the class that is correct
   * @param predicted index of the most likely class
   * @param rows their number
   */
  public record Cell(int label, int predicted, long rows) {}

  /**
   * Scores on a client's rows.
   *
   * @param rows number of evaluated rows
   * @param scores by the column names of the table {@code evals}
   */
  public record ClientScores(long rows, SortedMap<String, Double> scores) {}
}
