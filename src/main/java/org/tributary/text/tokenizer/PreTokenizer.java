package org.tributary.text.tokenizer;

import java.util.List;
import org.tributary.error.WrongInput;

/** Checks the pre-tokenizer of a tokenizer, which cuts a text into words. */
final class PreTokenizer {
  private static final int DEEPEST = 8;
  private static final int MOST_STEPS = 64;
  private static final List<String> BEHAVIORS =
      List.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");

  private int steps;
  private int byteLevels;
  private boolean linear = true;
  private int retries;

  private PreTokenizer() {}

  /**
   * Checks the pre-tokenizer.
   *
   * @param part its section; may be missing
   * @return the checked pre-tokenizer
   * @throws WrongInput if the library would fail on it
   */
  static PreTokenizer of(JsonSection part) {
    PreTokenizer found = new PreTokenizer();
    if (!part.node().isMissingNode() && !part.node().isNull()) {
      found.visit(part, 0);
    }
    return found;
  }

  /** Whether its expressions are linear in the length of a text. */
  boolean linear() {
    return linear;
  }

  /** How often a match of one of its expressions may go back for each character. */
  int retries() {
    return retries;
  }

  private void visit(JsonSection part, int depth) {
    String type = part.type();
    if (++steps > MOST_STEPS || depth > DEEPEST) {
      throw part.wrong("", "is one step of more than %d".formatted(MOST_STEPS));
    }
    switch (type) {
      case "Sequence" -> part.list("pretokenizers", MOST_STEPS).forEach(p -> visit(p, depth + 1));
      case "ByteLevel" -> byteLevel(part);
      case "Metaspace" -> metaspace(part);
      case "Split" -> {
        MatchPattern pattern = MatchPattern.of(part.part("pattern"));
        linear &= pattern.linear();
        retries = Math.max(retries, pattern.retries());
        part.choice("behavior", BEHAVIORS);
        part.flag("invert");
      }
      case "Punctuation" -> {
        if (!part.lacks("behavior")) {
          part.choice("behavior", BEHAVIORS);
        }
      }
      case "CharDelimiterSplit" -> part.character("delimiter");
      case "Digits" -> part.flag("individual_digits");
      case "FixedLength" -> {
        if (!part.lacks("length")) {
          part.number("length", 1, 1 << 20);
        }
      }
      case "BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts" -> {}
      default ->
          throw part.wrong(
              "type",
              "\"%s\" is not a pre-tokenizer that the tokenizers library knows".formatted(type));
    }
  }

  private void byteLevel(JsonSection part) {
    List.of("add_prefix_space", "trim_offsets").forEach(part::flag);
    part.flag("use_regex", true);
    if (++byteLevels > 1) {
      throw part.wrong("", "is a second ByteLevel, which would write bytes of bytes");
    }
  }

  private static void metaspace(JsonSection part) {
    part.character("replacement");
    part.flag("add_prefix_space", true);
    part.flag("split", true);
    if (!part.lacks("prepend_scheme")) {
      part.choice("prepend_scheme", List.of("first", "never", "always"));
    }
  }
}
