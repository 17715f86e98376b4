package org.tributary.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tributary.error.WrongInput;

/** How an encoder's tokens become the one vector that the classifier sees. */
public enum Pooling {
  /** The mean over the row's tokens, special ones included (sentence-transformers, SigLIP). */
  MEAN,
  /** The first token, for BERT through its pooler: dense and tanh (BERT, ViT). */
  CLS,
  /** A learned query that attends to all tokens, and a feed-forward layer (SigLIP). */
  ATTENTION;

  /**
   * The one of a configuration.
   *
   * @param key of {@code model.pooling}; null when absent
   * @return null for the family's own
   */
  public static Pooling named(String key) {
    return key == null ? null : valueOf(key.toUpperCase(Locale.ROOT));
  }

  /**
   * The name in a configuration.
   *
   * @return in lower case
   */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The names of all, for messages.
   *
   * @return comma-separated
   */
  public static String keys() {
    return Arrays.stream(values()).map(Pooling::key).collect(Collectors.joining(", "));
  }

  /**
   * What a family does when asked for this or that.
   *
   * @param asked null for the family's own
   * @param family its model_type, for messages
   * @param choices what it can do, its own first
   * @return one of the choices
   * @throws WrongInput if it cannot do what is asked
   */
  static Pooling choose(Pooling asked, String family, Pooling... choices) {
    if (asked == null) {
      return choices[0];
    }
    List<Pooling> all = Arrays.asList(choices);
    if (!all.contains(asked)) {
      throw new WrongInput(
          "model.pooling: a model of type %s has no \"%s\"; use %s, or leave the key out"
              .formatted(
                  family,
                  asked.key(),
                  all.stream().map(Pooling::key).collect(Collectors.joining(" or "))));
    }
    return asked;
  }
}
