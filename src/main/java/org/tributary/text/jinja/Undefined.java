package org.tributary.text.jinja;

/**
 * The value of a name that is not set. It is false, and empty as text. Any other use is a fault.
 *
 * @param name the missing name
 */
record Undefined(String name) {
  @Override
  public String toString() {
    return "";
  }
}
