package org.tributary.text.tokenizer;

import java.util.List;
import org.tributary.error.WrongInput;

/** Checks the decoder of a tokenizer, which makes a text from tokens. */
final class DecoderCheck {
  private static final int DEEPEST = 8;
  private static final int MOST_STEPS = 64;
  private static final int MOST_GROWTH = 64;
  private static final int LONGEST = 1000;

  private int steps;
  private double growth = 1;

  private DecoderCheck() {}

  /**
   * Checks the decoder.
   *
   * @param part its section; may be missing
   * @throws WrongInput if the library would fail on it
   */
  static void check(JsonSection part) {
    if (!part.node().isMissingNode() && !part.node().isNull()) {
      new DecoderCheck().visit(part, 0);
    }
  }

  private void visit(JsonSection part, int depth) {
    String type = part.type();
    if (++steps > MOST_STEPS || depth > DEEPEST) {
      throw part.wrong("", "is one step of more than %d".formatted(MOST_STEPS));
    }
    switch (type) {
      case "Sequence" -> part.list("decoders", MOST_STEPS).forEach(p -> visit(p, depth + 1));
      case "ByteLevel" -> {
        List.of("add_prefix_space", "trim_offsets").forEach(part::flag);
        part.flag("use_regex", true);
      }
      case "WordPiece" -> {
        part.text("prefix", LONGEST);
        part.flag("cleanup");
      }
      case "Metaspace" -> part.character("replacement");
      case "BPEDecoder" -> part.text("suffix", LONGEST);
      case "CTC" -> {
        part.text("pad_token", LONGEST);
        part.text("word_delimiter_token", LONGEST);
        part.flag("cleanup");
      }
      case "Replace" -> replace(part);
      case "Strip" -> {
        part.character("content");
        part.number("start", 0, LONGEST);
        // The library looks for the last character even in tokens without characters.
        part.number("stop", 0, 0);
      }
      case "Fuse", "ByteFallback" -> {}
      default ->
          throw part.wrong(
              "type", "\"%s\" is not a decoder that the tokenizers library knows".formatted(type));
    }
  }

  private void replace(JsonSection part) {
    MatchPattern pattern = MatchPattern.of(part.part("pattern"));
    String content = part.text("content", LONGEST);
    int found = pattern.shortest();
    if (found == 0) {
      throw part.wrong("pattern", "matches where there is nothing to replace");
    }
    growth *= Math.max(1, (double) content.codePointCount(0, content.length()) / found);
    if (growth > MOST_GROWTH) {
      throw part.wrong(
          "",
          "makes, with the steps before it, more than %d characters of one".formatted(MOST_GROWTH));
    }
  }
}
