package org.tributary.metrics;

import java.io.Serializable;
import java.util.Locale;

/**
 * The precision that BLEU uses for an order without matching n-grams, which would otherwise make
 * the geometric mean 0 (B. Chen and C. Cherry, "A Systematic Comparison of Smoothing Techniques for
 * Sentence-Level BLEU", 2014).
 *
 * @param method of smoothing
 * @param value what the method adds; 0 if it takes none
 */
public record Smoothing(Method method, double value) implements Serializable {

  /** The methods, by their names in signatures. */
  public enum Method {
    /** Precision 0, and so is the score. */
    NONE("none", false),
    /** The k-th order without a match counts as 1 / 2^k matches (sacrebleu's default). */
    EXP("exp", false),
    /** No match counts as {@code value} matches. */
    FLOOR("floor", true),
    /** {@code value} is added to matches and n-grams of all orders but the first. */
    ADD_K("add-k", true),
    /**
     * NLTK's method 1: as {@link #FLOOR}, and a text shorter than the order counts as one n-gram of
     * it. For comparison with papers that used NLTK; sacrebleu has no name for it.
     */
    NLTK_METHOD1("nltk-method1", true);

    private final String label;
    private final boolean takesValue;

    Method(String label, boolean takesValue) {
      this.label = label;
      this.takesValue = takesValue;
    }

    /**
     * The name in a signature.
     *
     * @return sacrebleu's name, if it has one
     */
    public String label() {
      return label;
    }
  }

  /**
   * Checks.
   *
   * @throws IllegalArgumentException if the value is negative or not finite, or the method takes
   *     none
   */
  public Smoothing {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY) || (value != 0 && !method.takesValue)) {
      throw new IllegalArgumentException("BLEU smoothing " + method.label + " with value " + value);
    }
  }

  /**
   * No smoothing.
   *
   * @return method none
   */
  public static Smoothing none() {
    return new Smoothing(Method.NONE, 0);
  }

  /**
   * Exponential smoothing.
   *
   * @return method exp
   */
  public static Smoothing exp() {
    return new Smoothing(Method.EXP, 0);
  }

  /**
   * A floor.
   *
   * @param value matches instead of none
   * @return method floor
   */
  public static Smoothing floor(double value) {
    return new Smoothing(Method.FLOOR, value);
  }

  /**
   * Addition.
   *
   * @param k added to matches and n-grams
   * @return method add-k
   */
  public static Smoothing addK(double k) {
    return new Smoothing(Method.ADD_K, k);
  }

  /**
   * NLTK's method 1 with its epsilon of 0.1.
   *
   * @return method nltk-method1
   */
  public static Smoothing nltkMethod1() {
    return new Smoothing(Method.NLTK_METHOD1, 0.1);
  }

  /**
   * The part of a signature.
   *
   * @return {@code exp}, {@code add-k[1.00]}
   */
  String signature() {
    return method.label + (method.takesValue ? String.format(Locale.ROOT, "[%.2f]", value) : "");
  }
}
