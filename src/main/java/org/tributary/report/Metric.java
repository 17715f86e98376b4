package org.tributary.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A score of the table {@code evals}, in the order in which a report shows them. */
enum Metric {
  /** Share of rows whose most likely class is correct. */
  ACCURACY("accuracy", true, true),
  /** Mean of the classes' F1. */
  MACRO_F1("macro F1", true, true),
  /** Mean cross entropy. */
  LOSS("loss", false, false),
  /** The exponential of the loss. */
  PERPLEXITY("perplexity", false, false),
  /** Corpus BLEU-4, 0 to 100. */
  BLEU4("BLEU\u20114", true, false),
  /** Mean ROUGE-L F1. */
  ROUGE_L("ROUGE\u2011L", true, true),
  /** Share of answers that equal the given one. */
  EXACT_MATCH("exact match", true, true),
  /** Expected calibration error of a classifier. */
  ECE("calibration error", false, true);

  private final String title;
  private final boolean largerIsBetter;
  private final boolean share;

  Metric(String title, boolean largerIsBetter, boolean share) {
    this.title = title;
    this.largerIsBetter = largerIsBetter;
    this.share = share;
  }

  /** Its column in {@code evals}. */
  String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its name for people. */
  String title() {
    return title;
  }

  /** Whether a larger value is better. */
  boolean largerIsBetter() {
    return largerIsBetter;
  }

  /** Whether its values are between 0 and 1. */
  boolean share() {
    return share;
  }

  /** Whether one value is better than another. */
  boolean better(double one, double other) {
    return largerIsBetter ? one > other : one < other;
  }

  /** A value for people: three digits after the point, two for values of ten and more. */
  String text(double value) {
    return Numbers.score(value);
  }

  /**
   * The score that decides: accuracy for classifiers, else the loss.
   *
   * @param runs of one task
   */
  static Metric primary(List<RunHistory> runs) {
    return runs.stream().allMatch(RunHistory::classifies) ? ACCURACY : LOSS;
  }

  /** The metrics that some run has on the part that is shown. */
  static List<Metric> of(List<RunHistory> runs) {
    return Arrays.stream(values())
        .filter(metric -> runs.stream().anyMatch(run -> !Double.isNaN(run.last(metric))))
        .toList();
  }
}
