package org.tributary.linalg;

/**
 * Names the library that computes matrix products in this build, without loading it. Results are
 * bit-equal only with the same library.
 */
public final class Backend {
  private Backend() {}

  /**
   * Its name.
   *
   * @return {@code cuda} if ND4J's CUDA backend is on the class path, else {@code openblas}
   */
  public static String name() {
    String cuda = "/org/nd4j/linalg/jcublas/JCublasBackend.class";
    return Backend.class.getResource(cuda) == null ? "openblas" : "cuda";
  }
}
