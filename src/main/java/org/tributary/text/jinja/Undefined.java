package org.tributary.text.jinja;

/**
 * The value of a name that is not set: false, and empty as text; anything else that is done with it
 * is a fault.
 *
 * @param name that was asked for
 */
record Undefined(String name) {
  @Override
  public String toString() {
    return "";
  }
}
