package org.tributary.optim;

import org.tributary.config.Key;

/**
 * The keys of {@code sgd}.
 *
 * @param momentum μ, in [0, 1)
 */
public record SgdSettings(
    @Key(value = "momentum of SGD", byDefault = "0.0", min = 0, below = 1, example = "0.9")
        double momentum) {}
