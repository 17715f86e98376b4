package org.tributary.client;

/**
 * A client cannot finish its round because of its own data or training. The round continues without
 * it if enough other clients finish. The message says what to change.
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
