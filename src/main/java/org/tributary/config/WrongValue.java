package org.tributary.config;

import org.yaml.snakeyaml.nodes.Node;

/**
 * The problem of a value that is not allowed for its key; the message says what is allowed and what
 * was found.
 */
final class WrongValue extends Exception {
  private static final long serialVersionUID = 1;
  private final transient Node at;

  WrongValue(Node at, String message) {
    super(message);
    this.at = at;
  }

  Node at() {
    return at;
  }
}
