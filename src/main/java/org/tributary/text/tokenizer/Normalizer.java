package org.tributary.text.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.tributary.error.WrongInput;

/**
 * Checks the normalizer of a tokenizer, and how much longer it makes a text. Unicode's normal forms
 * add little. Consecutive replacements could fill any memory.
 */
final class Normalizer {
  private static final int DEEPEST = 8;
  private static final int MOST_STEPS = 64;

  /**
   * The most characters for one character by consecutive replacements. SentencePiece and BERT
   * replace one character by one.
   */
  private static final int MOST_GROWTH = 64;

  /** The most characters for one character by all decompositions. U+FDFA becomes 18 characters. */
  private static final int UNICODE_GROWTH = 18;

  private final List<UnaryOperator<String>> replacing = new ArrayList<>();
  private int steps;
  private double replaced = 1;
  private int prepended;
  private boolean unicode;
  private boolean linear = true;
  private boolean first = true;
  private int retries;
  private Regex.Runs runs = Regex.Runs.NONE;

  private Normalizer() {}

  /**
   * Checks the normalizer.
   *
   * @param part its section; may be missing
   * @return the checked normalizer
   * @throws WrongInput if the library would fail on it
   */
  static Normalizer of(JsonSection part) {
    Normalizer found = new Normalizer();
    if (!part.node().isMissingNode() && !part.node().isNull()) {
      found.visit(part, 0);
    }
    return found;
  }

  /** The most characters that replace one character of a text. */
  double growth() {
    return (replaced + prepended) * (unicode ? UNICODE_GROWTH : 1);
  }

  /** Whether its expressions are linear in the length of a text, apart from {@link #runs}. */
  boolean linear() {
    return linear;
  }

  /** The characters of a text whose runs take the square of their length. */
  Regex.Runs runs() {
    return runs;
  }

  /** How often a match of one of its expressions may go back for each character. */
  int retries() {
    return retries;
  }

  /** The text after the replacements, to check for text that must not disappear. */
  String replaced(String text) {
    String now = text;
    for (UnaryOperator<String> replacement : replacing) {
      now = replacement.apply(now);
    }
    return now;
  }

  private void visit(JsonSection part, int depth) {
    String type = part.type();
    if (++steps > MOST_STEPS || depth > DEEPEST) {
      throw part.wrong("", "is one step of more than %d".formatted(MOST_STEPS));
    }
    first &= type.equals("Sequence") || type.equals("Replace");
    switch (type) {
      case "Sequence" -> part.list("normalizers", MOST_STEPS).forEach(p -> visit(p, depth + 1));
      case "Prepend" -> prepended += part.text("prepend", MOST_GROWTH).length();
      case "Replace" -> replace(part);
      case "Precompiled" -> {
        unicode = true;
        int growth = Charsmap.growth(part);
        if (growth > UNICODE_GROWTH) {
          grow(part, growth);
        }
      }
      case "BertNormalizer" -> {
        unicode = true;
        List.of("clean_text", "handle_chinese_chars", "lowercase").forEach(part::flag);
        part.flag("strip_accents", false);
      }
      case "Strip" -> List.of("strip_left", "strip_right").forEach(part::flag);
      case "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "ByteLevel" -> unicode = true;
      case "StripAccents", "Nmt" -> {}
      default ->
          throw part.wrong(
              "type",
              "\"%s\" is not a normalizer that the tokenizers library knows".formatted(type));
    }
  }

  private void replace(JsonSection part) {
    String content = part.text("content", 1000);
    MatchPattern pattern = MatchPattern.of(part.part("pattern"));
    retries = Math.max(retries, pattern.retries());
    Optional<Regex.Runs> slow = pattern.runs();
    if (first && slow.isPresent()) {
      runs = slow.get();
    } else {
      linear &= pattern.linear(); // A step before this one may have made long runs.
    }
    int characters = content.codePointCount(0, content.length());
    if (pattern.shortest() == 0) {
      // The library miscounts text that is inserted by an empty match, and ends the process later.
      throw part.wrong("pattern", "matches where there is nothing to replace");
    }
    if (characters > pattern.shortest()) {
      grow(part, (double) characters / pattern.shortest());
    }
    replacing.add(pattern.replacing(content));
    first = false;
  }

  private void grow(JsonSection part, double times) {
    replaced *= times;
    if (replaced > MOST_GROWTH) {
      throw part.wrong(
          "",
          "makes, with the steps before it, more than %d characters of one".formatted(MOST_GROWTH));
    }
  }
}
