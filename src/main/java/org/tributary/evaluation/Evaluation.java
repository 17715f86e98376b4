package org.tributary.evaluation;

import java.util.SortedMap;

/**
 * One evaluation of a model.
 *
 * @param client whose personal model; null for the global one
 * @param part {@code test} or {@code validation}
 * @param rows evaluated
 * @param seconds it took
 * @param scores by name, as the table {@code evals} has them
 */
public record Evaluation(
    String client, String part, long rows, double seconds, SortedMap<String, Double> scores) {}
