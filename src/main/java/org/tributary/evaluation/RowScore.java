package org.tributary.evaluation;

/**
 * What an evaluation finds out about one row. All scores are computed from these.
 *
 * @param row its index among all rows of the evaluation
 * @param loss cross entropy in nats; of a language model the sum over the tokens of the answer
 * @param truncated whether it was cut to the longest length
 * @param choice the class that a classifier predicts; null for language models
 * @param answer what a language model says; null for classifiers
 */
public record RowScore(int row, double loss, boolean truncated, Choice choice, Answer answer) {
  /**
   * The prediction of a classifier.
   *
   * @param label index of the class that is correct
   * @param predicted index of the most likely class, the first of equal ones
   * @param probability of the predicted class
   */
  public record Choice(int label, int predicted, double probability) {
    /** Whether the prediction is correct. */
    public boolean isRight() {
      return label == predicted;
    }
  }

  /**
   * The answer of a language model.
   *
   * @param tokens tokens of the given answer that count, with its end token
   * @param given the given answer
   * @param written the generated answer; null if none was generated
   * @param promptTruncated whether the prompt was cut to leave space for the generated answer
   */
  public record Answer(int tokens, String given, String written, boolean promptTruncated) {}
}
