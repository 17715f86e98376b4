package org.tributary.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tributary.error.WrongInput;

/** How the tokens of an encoder become the input vector of the classifier. */
public enum Pooling {
  /** The mean over the row's tokens, special ones included (sentence-transformers, SigLIP). */
  MEAN,
  /** The first token, for BERT through its pooler: dense and tanh (BERT, ViT). */
  CLS,
  /**
   * Attention pooling: a learned query that attends to all tokens, and a feed-forward layer
   * (SigLIP).
   */
  ATTENTION,
  /** The last token that is not padding (decoders). */
  LAST,
  /** The class token beside the mean over the patches (DINOv2). */
  CLS_MEAN;

  /**
   * The pooling of a configuration.
   *
   * @param key of {@code model.pooling}; null when absent
   * @return null for the family's default
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
   * All names, for messages.
   *
   * @return comma-separated
   */
  public static String keys() {
    return Arrays.stream(values()).map(Pooling::key).collect(Collectors.joining(", "));
  }

  /**
   * The pooling that a family uses for a configuration.
   *
   * @param asked the configured pooling; null for the family's default
   * @param family its model_type, for messages
   * @param choices the supported poolings, the default first
   * @return one of the choices
   * @throws WrongInput if the family does not support it
   */
  public static Pooling choose(Pooling asked, String family, Pooling... choices) {
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
