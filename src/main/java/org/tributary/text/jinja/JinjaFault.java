package org.tributary.text.jinja;

/**
 * What keeps a template from being filled in: a construct that is not known here, a mistake in it,
 * or its own complaint about the messages.
 */
public final class JinjaFault extends RuntimeException {
  private static final long serialVersionUID = 1;

  JinjaFault(String message) {
    super(message);
  }

  JinjaFault(String message, Throwable cause) {
    super(message, cause);
  }
}
