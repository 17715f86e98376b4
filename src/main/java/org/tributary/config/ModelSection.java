package org.tributary.config;

import java.util.List;

/**
 * The base model: what {@code train} and {@code generate} say of it.
 *
 * @param path Hugging Face folder, a URI or path
 * @param pooling from token states to one vector: {@code mean}, {@code cls} or {@code attention};
 *     null for what the checkpoint's classifier was trained with, or for a new one the family's own
 * @param maxLength tokens, with special ones; longer texts are cut
 * @param newHead whether a new classifier, for the classes of the data, replaces the checkpoint's
 */
public record ModelSection(
    @Key(value = "Hugging Face folder, a URI or path", required = true) String path,
    @Key(
            value =
                "from token states to one vector; absent for the classifier's or the family's own",
            oneOf = {"mean", "cls", "attention"})
        String pooling,
    @Key(value = "tokens a text keeps, with special ones", byDefault = "128", min = 4)
        int maxLength,
    @Key(value = "whether a new classifier replaces the checkpoint's", byDefault = "false")
        boolean newHead) {
  /** Tokens of a forward pass: with a width of 1024 one layer's states take 16 GiB. */
  static final long MOST_AT_ONCE = 1L << 22;

  /** Tokens of a step's micro batches, which wait in the JVM's heap: 2 GiB of ids. */
  static final long MOST_OF_STEP = 1L << 28;

  /**
   * Refuses what no memory holds.
   *
   * @param keys whose product counts tokens
   * @param tokens the product
   * @param most that are allowed
   * @return one sentence; empty when it is allowed
   */
  static List<String> tooLarge(String keys, double tokens, long most) {
    return tokens <= most
        ? List.of()
        : List.of(
            "%s is %.0f tokens in memory at once, at most %d are possible; lower the batch (or, of texts, model.maxLength)"
                .formatted(keys, tokens, most));
  }
}
