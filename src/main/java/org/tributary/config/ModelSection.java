package org.tributary.config;

import java.util.List;

/**
 * The base model, in the configurations of {@code train} and {@code generate}.
 *
 * @param path Hugging Face folder, a URI or path
 * @param name its name on the hub, for the files of the result; null for the name in the path of
 *     the hub's cache, if it is there
 * @param pooling from token states to one vector: {@code mean}, {@code cls}, {@code attention},
 *     {@code last} or {@code cls_mean}; null for the pooling of the checkpoint's classifier, or the
 *     family's default for a new one
 * @param maxLength tokens, with special ones; longer texts are cut
 * @param newHead whether a new classifier, for the classes of the data, replaces the checkpoint's
 */
public record ModelSection(
    @Key(
            value = "Hugging Face folder, a URI or path",
            required = true,
            example = "models/all-MiniLM-L6-v2")
        String path,
    @Key(
            value = "its name on the hub, for adapter_config.json, the card and the tables",
            pattern = "[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)?",
            later = true,
            example = "google-bert/bert-base-uncased")
        String name,
    @Key(
            value =
                "from token states to one vector; absent for the classifier's or the family's own",
            oneOf = {"mean", "cls", "attention", "last", "cls_mean"})
        String pooling,
    @Key(
            value = "tokens a text keeps, with special ones",
            byDefault = "128",
            min = 4,
            example = "256")
        int maxLength,
    @Key(value = "whether a new classifier replaces the checkpoint's", byDefault = "false")
        boolean newHead) {
  /**
   * The most tokens of a forward pass: with a width of 1024 the states of one layer take 16 GiB.
   */
  static final long MOST_AT_ONCE = 1L << 22;

  /** The most tokens of the micro batches of a step, which are in the JVM's heap: 2 GiB of ids. */
  static final long MOST_OF_STEP = 1L << 28;

  /**
   * Refuses values that need too much memory.
   *
   * @param keys the keys whose product is a number of tokens
   * @param tokens the product
   * @param most the largest allowed product
   * @return one sentence; empty if it is allowed
   */
  static List<String> tooLarge(String keys, double tokens, long most) {
    return tokens <= most
        ? List.of()
        : List.of(
            "%s is %.0f tokens in memory at once, at most %d are possible; lower the batch (or, of texts, model.maxLength)"
                .formatted(keys, tokens, most));
  }
}
