package org.tributary.text.jinja;

/**
 * Signals that a template cannot be rendered: it has an unsupported construct or a mistake, or it
 * raises an error about the messages.
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
