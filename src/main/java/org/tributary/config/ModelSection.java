package org.tributary.config;

/**
 * The base model: what {@code train} and {@code generate} say of it.
 *
 * @param path Hugging Face folder, a URI or path
 * @param pooling from token states to one vector: {@code mean}, {@code cls} or {@code attention};
 *     null for what the checkpoint's classifier was trained with, or for a new one the family's own
 * @param maxLength tokens, with special ones; longer texts are cut
 * @param newHead whether a new classifier, for the classes of the data, takes the place of the
 *     checkpoint's
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
    @Key(
            value = "whether a new classifier takes the place of the checkpoint's",
            byDefault = "false")
        boolean newHead) {}
