package org.tributary.client;

/**
 * A client cannot finish its round because of its own data or training. The round continues without
 * it if enough other clients finish. The message says what to change. The same round of the same
 * run ends in the same way again, for example because its loss diverges, so a run that resumes does
 * not try it again.
 */
public final class ClientFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * A failure.
   *
   * @param message what happened, and how to fix it
   */
  public ClientFailure(String message) {
    super(message);
  }
}
