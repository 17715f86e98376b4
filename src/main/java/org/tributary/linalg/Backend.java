package org.tributary.linalg;

/**
 * The library that computes products in this build, named without loading it: bits are equal for
 * equal ones.
 */
public final class Backend {
  private Backend() {}

  /**
   * Its name.
   *
   * @return {@code cuda} where ND4J's CUDA backend is on the class path, else {@code openblas}
   */
  public static String name() {
    String cuda = "/org/nd4j/linalg/jcublas/JCublasBackend.class";
    return Backend.class.getResource(cuda) == null ? "openblas" : "cuda";
  }
}
