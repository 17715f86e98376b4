package org.tributary.optim;

/**
 * The user's settings for an optimizer.
 *
 * @param name of the optimizer
 * @param own its own settings, in the record that its {@link OptimizerProvider} names
 * @param weightDecay strength of the decay
 * @param seed of the run
 */
public record OptimizerSettings(String name, Record own, double weightDecay, long seed) {}
