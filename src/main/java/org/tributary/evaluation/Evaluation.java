package org.tributary.evaluation;

import java.util.SortedMap;

/**
 * One evaluation of a model.
 *
 * @param client id of the client whose personal model is evaluated; null for the global model
 * @param part {@code test} or {@code validation}
 * @param rows number of evaluated rows
 * @param seconds the duration
 * @param scores by the column names of the table {@code evals}
 */
public record Evaluation(
    String client, String part, long rows, double seconds, SortedMap<String, Double> scores) {}
