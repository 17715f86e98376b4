package org.tributary.optim;

/**
 * What the user chose for an optimizer. A method reads what it knows and leaves the rest.
 *
 * @param name of the method
 * @param momentum of SGD, in [0, 1)
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param eps added to the root of the second moment
 * @param weightDecay strength of the decay
 */
public record OptimizerSettings(
    String name, double momentum, double beta1, double beta2, double eps, double weightDecay) {}
