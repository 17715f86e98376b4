package org.tributary.data.jinja;

import java.util.List;

/** The words of an expression or a statement, taken one after the other. */
class Words {
  private final List<Word> words;
  private int at;

  Words(String text) {
    words = Word.of(text);
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
    return words.get(at++);
  }

  /** Whether the next word is this one, which is then taken. */
  boolean take(String text) {
    Word next = words.get(at);
    boolean found =
        (next.kind() == Word.Kind.NAME || next.kind() == Word.Kind.SIGN)
            && next.text().equals(text);
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
