package org.tributary.text.jinja;

import java.util.List;

/** The words of an expression or a statement, taken one after the other. */
class Words {
  private final List<Word> words;
  private int at;
  private int depth;
  private int operations;

  Words(String text) {
    words = Word.of(text);
  }

  /** Goes into a bracket, or whatever else makes an expression lie in another. */
  void enter() {
    depth++;
    if (depth > Budget.DEPTH) {
      throw Budget.tooDeep();
    }
  }

  void leave() {
    depth--;
  }

  /** Counts an operation, whose value waits for those of others. */
  void operation() {
    operations++;
    if (operations > Budget.CHAIN) {
      throw new JinjaFault(
          "an expression of it has more than %d operations".formatted(Budget.CHAIN));
    }
  }

  /** All names among the words. */
  List<String> names() {
    return words.stream().filter(w -> w.kind() == Word.Kind.NAME).map(Word::text).toList();
  }

  /** The next word, which stays. */
  Word peek() {
    return words.get(at);
  }

  /** The word after the next one, which stays. */
  Word peekBehind() {
    return words.get(Math.min(at + 1, words.size() - 1));
  }

  /** The next word. */
  Word take() {
    Word next = words.get(at);
    at = Math.min(at + 1, words.size() - 1);
    return next;
  }

  /** Whether the next word is this one, which stays. */
  boolean isNext(String text) {
    Word next = words.get(at);
    return (next.kind() == Word.Kind.NAME || next.kind() == Word.Kind.SIGN)
        && next.text().equals(text);
  }

  /** Whether the next word is this one, which is then taken. */
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
    Word next = words.get(at);
    if (next.kind() != Word.Kind.NAME) {
      throw new JinjaFault("expected a name, got \"%s\"".formatted(next.text()));
    }
    at++;
    return next.text();
  }

  boolean isAtEnd() {
    return words.get(at).kind() == Word.Kind.END;
  }

  void expectEnd() {
    if (!isAtEnd()) {
      throw new JinjaFault("\"%s\" is not understood".formatted(words.get(at).text()));
    }
  }
}
