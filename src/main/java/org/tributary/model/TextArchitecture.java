package org.tributary.model;

/** An architecture that reads token ids. */
interface TextArchitecture extends Architecture {
  /**
   * The facts about every text model.
   *
   * @param vocabulary rows of the token embedding
   * @param positions tokens of the longest sequence
   * @param padToken id of the padding token
   * @param initializerRange σ of a new classifier's initialization
   */
  record Facts(long vocabulary, int positions, long padToken, double initializerRange) {}

  /** Creates an architecture with the facts of config.json. */
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
