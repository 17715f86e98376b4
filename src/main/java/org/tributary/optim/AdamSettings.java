package org.tributary.optim;

import org.tributary.config.Key;

/**
 * The keys of {@code adamw}.
 *
 * @param beta1 β1, decay of the first moment, in [0, 1)
 * @param beta2 β2, decay of the second moment, in [0, 1)
 * @param eps ε, added to the square root of the second moment
 */
public record AdamSettings(
    @Key(
            value = "decay of the first moment",
            byDefault = "0.9",
            min = 0,
            below = 1,
            example = "0.95")
        double beta1,
    @Key(
            value = "decay of the second moment",
            byDefault = "0.999",
            min = 0,
            below = 1,
            example = "0.99")
        double beta2,
    @Key(
            value = "added to the root of the second moment",
            byDefault = "1.0e-8",
            above = 0,
            example = "1.0e-6")
        double eps) {}
