package org.tributary.metrics;

import java.io.Serializable;

/**
 * Perplexity of the right answers under a model, over all answer tokens of a corpus and not a mean
 * over answers: exp(-1/T Σ_t ln p(token_t | what is before it)). The caller decides which tokens
 * belong to the answer. Sums of shards add up to that of the whole. They are float64, so bit-equal
 * results need the same shards added in the same order.
 *
 * @param negativeLogLikelihood -Σ ln p, in nats
 * @param tokens number of answer tokens
 */
public record Perplexity(double negativeLogLikelihood, long tokens) implements Serializable {

  /**
   * No tokens.
   *
   * @return both 0
   */
  public static Perplexity empty() {
    return new Perplexity(0, 0);
  }

  /**
   * The sum of both.
   *
   * @param other over other tokens
   * @return the sum
   */
  public Perplexity plus(Perplexity other) {
    return new Perplexity(
        negativeLogLikelihood + other.negativeLogLikelihood, tokens + other.tokens);
  }

  /**
   * The mean loss of a token.
   *
   * @return nats; NaN over no tokens
   */
  public double meanLoss() {
    return negativeLogLikelihood / tokens;
  }

  /**
   * The perplexity.
   *
   * @return at least 1 for probabilities; infinite if exp overflows; NaN over no tokens
   */
  public double value() {
    return Math.exp(meanLoss());
  }
}
