package org.tributary.text.jinja;

import java.util.List;

/** The words of an expression or a statement, read one after the other. */
class TokenStream {
  private final List<Token> words;
  private int at;
  private int depth;
  private int operations;

  TokenStream(String text) {
    words = Token.of(text);
  }

  /** Enters a bracket or another nested expression. */
  void enter() {
    depth++;
    if (depth > Budget.DEPTH) {
      throw Budget.tooDeep();
    }
  }

  void leave() {
    depth--;
  }

  /** Counts an operation, which needs the values of others first. */
  void operation() {
    operations++;
    if (operations > Budget.CHAIN) {
      throw new JinjaFault(
          "an expression in it has more than %d operations".formatted(Budget.CHAIN));
    }
  }

  /** All names in the words. */
  List<String> names() {
    return words.stream().filter(w -> w.kind() == Token.Kind.NAME).map(Token::text).toList();
  }

  /** The next word, without taking it. */
  Token peek() {
    return words.get(at);
  }

  /** The word after the next one, without taking it. */
  Token peekBehind() {
    return words.get(Math.min(at + 1, words.size() - 1));
  }

  /** Takes the next word. */
  Token take() {
    Token next = words.get(at);
    at = Math.min(at + 1, words.size() - 1);
    return next;
  }

  /** Whether the next word is this one. Does not take it. */
  boolean isNext(String text) {
    Token next = words.get(at);
    return (next.kind() == Token.Kind.NAME || next.kind() == Token.Kind.SIGN)
        && next.text().equals(text);
  }

  /** Takes the next word if it is this one, and returns whether it was. */
  boolean take(String text) {
    boolean found = isNext(text);
    at += found ? 1 : 0;
    return found;
  }

  void expect(String text) {
    if (!take(text)) {
      throw new JinjaFault("expected %s, got \"%s\"".formatted(text, words.get(at).text()));
    }
  }

  String name() {
    Token next = words.get(at);
    if (next.kind() != Token.Kind.NAME) {
      throw new JinjaFault("expected a name, got \"%s\"".formatted(next.text()));
    }
    at++;
    return next.text();
  }

  boolean isAtEnd() {
    return words.get(at).kind() == Token.Kind.END;
  }

  void expectEnd() {
    if (!isAtEnd()) {
      throw new JinjaFault("\"%s\" is not understood".formatted(words.get(at).text()));
    }
  }
}
