package org.tributary.text.jinja;

/** Parses literals and names in an expression. */
final class Literals {
  private static final int LONGEST = 18;

  private Literals() {}

  /** Parses a string, a number, a constant or a name. */
  static Expression of(TokenStream words) {
    Token word = words.take();
    switch (word.kind()) {
      case TEXT:
        StringBuilder text = new StringBuilder(word.text());
        while (words.peek().kind() == Token.Kind.TEXT) {
          text.append(words.take().text());
        }
        String whole = text.toString();
        return s -> whole;
      case NUMBER:
        Object number = number(word.text());
        return s -> number;
      case NAME:
        return constantOrName(word.text());
      default:
        throw new JinjaFault("\"%s\" is not understood".formatted(word.text()));
    }
  }

  private static Object number(String written) {
    boolean fraction = written.contains(".") || written.contains("e") || written.contains("E");
    return fraction ? (Object) Double.valueOf(written) : whole(written);
  }

  static Long whole(String written) {
    if (written.length() > LONGEST || !written.matches("\\d+")) {
      throw new JinjaFault("the number %s is not supported".formatted(written));
    }
    return Long.valueOf(written);
  }

  private static Expression constantOrName(String name) {
    return switch (name) {
      case "true", "True" -> s -> true;
      case "false", "False" -> s -> false;
      case "none", "None" -> s -> null;
      default -> s -> s.get(name);
    };
  }
}
