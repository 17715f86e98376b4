package org.tributary.model;

/** A family that reads token ids, which answers from its facts. */
interface TextArchitecture extends Architecture {
  /**
   * What is asked of every family of text.
   *
   * @param vocabulary rows of the token embedding
   * @param positions tokens of the longest sequence
   * @param padToken id of the token that fills up short rows
   * @param initializerRange σ of a new classifier's start
   */
  record Facts(long vocabulary, int positions, long padToken, double initializerRange) {}

  /** As config.json has them. */
  Facts facts();

  @Override
  default long vocabulary() {
    return facts().vocabulary();
  }

  @Override
  default int maxPositions() {
    return facts().positions();
  }

  @Override
  default long padToken() {
    return facts().padToken();
  }

  @Override
  default double initializerRange() {
    return facts().initializerRange();
  }
}
