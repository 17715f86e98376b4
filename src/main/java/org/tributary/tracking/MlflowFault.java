package org.tributary.tracking;

import java.io.IOException;

/** What an MLflow server did not do, in one sentence that names the server. */
final class MlflowFault extends IOException {
  private static final long serialVersionUID = 1;

  private final String code;
  private final boolean passing;

  /**
   * A fault.
   *
   * @param message with the server and the way out
   * @param code of MLflow, such as {@code RESOURCE_DOES_NOT_EXIST}; empty without one
   * @param passing whether the same request may succeed later
   */
  MlflowFault(String message, String code, boolean passing) {
    super(message);
    this.code = code;
    this.passing = passing;
  }

  /** Whether it is this fault of MLflow. */
  boolean is(String other) {
    return code.equals(other);
  }

  /** Whether the same request may succeed later. */
  boolean isPassing() {
    return passing;
  }
}
