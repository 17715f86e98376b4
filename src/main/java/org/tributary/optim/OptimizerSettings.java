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
 * @param galore what {@link GaLore} needs beside; null for others
 */
public record OptimizerSettings(
    String name,
    double momentum,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    GaLoreSettings galore) {

  /** Settings of a method that projects nothing. */
  public OptimizerSettings(
      String name, double momentum, double beta1, double beta2, double eps, double weightDecay) {
    this(name, momentum, beta1, beta2, eps, weightDecay, null);
  }
}
