package org.tributary.client;

/**
 * A client cannot finish its round, for a reason that is its own: the round continues without it if
 * enough others finish. The message says what to change.
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
