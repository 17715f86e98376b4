package org.tributary.torch;

import java.util.OptionalLong;
import org.tributary.error.WrongInput;

/**
 * A system property that says from how many multiplications on a product is computed in some way.
 */
final class LeastProduct {
  private LeastProduct() {}

  /**
   * The least multiplications.
   *
   * @param setting name of the property: {@code never} or a number above 0
   * @param otherwise what holds if it is not set
   * @return their number; empty for never
   * @throws WrongInput if the property has another value
   */
  static OptionalLong of(String setting, OptionalLong otherwise) {
    String set = System.getProperty(setting, "");
    if (set.isEmpty()) {
      return otherwise;
    }
    if (set.equals("never")) {
      return OptionalLong.empty();
    }
    if (!set.matches("[1-9]\\d{0,17}")) {
      throw new WrongInput(
          "%s: %s is neither never nor a number of multiplications above 0; correct or remove it"
              .formatted(setting, set));
    }
    return OptionalLong.of(Long.parseLong(set));
  }
}
