package org.tributary.setup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tributary.checkpoint.Store;
import org.tributary.text.Tokenizer;

/**
 * The tokens of a sample's rows.
 *
 * @param rows how many were counted
 * @param quantile the length that 95 of 100 rows do not exceed
 * @param most the longest
 */
record Lengths(int rows, int quantile, int most) {
  private static final int ROWS = 500;
  private static final double SHARE = 0.95;

  /** Tokens that a chat template adds around a question, more or less. */
  private static final int AROUND = 16;

  /** The most tokens between the texts of a pair. */
  private static final int BETWEEN = 2;

  /** Characters of a row that are counted; rows that are longer are cut in training anyway. */
  private static final int LONGEST = 8_000;

  private static final int STEP = 8;
  private static final int LEAST = 16;

  /**
   * Counts.
   *
   * @param store reaches the model
   * @param model its tokenizer counts
   * @param look the rows
   * @param guess has the text of a row
   */
  static Lengths of(Store store, ModelLook model, DataLook look, TaskGuess guess)
      throws IOException {
    List<Integer> lengths = new ArrayList<>();
    try (Tokenizer tokens = model.base().tokens(store)) {
      for (Map<String, Object> row : look.sample().rows()) {
        if (lengths.size() == ROWS) {
          break;
        }
        String text = text(guess.template(), row);
        int more = model.writes() ? AROUND : guess.hasPairs() ? BETWEEN : 0;
        if (!text.isBlank()) {
          lengths.add(tokens.ids(text).length + more);
        }
      }
    }
    if (lengths.isEmpty()) {
      return new Lengths(0, LEAST, LEAST);
    }
    lengths.sort(null);
    int place = (int) Math.ceil(SHARE * lengths.size()) - 1;
    return new Lengths(
        lengths.size(), lengths.get(Math.max(0, place)), lengths.get(lengths.size() - 1));
  }

  private static String text(String template, Map<String, Object> row) {
    String text = template;
    for (Map.Entry<String, Object> value : row.entrySet()) {
      text =
          text.replace(
              "{" + value.getKey() + "}", value.getValue() == null ? "" : "" + value.getValue());
    }
    return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
  }

  /** A length for {@code model.maxLength}. */
  int maxLength(int mostOfModel) {
    int up = (quantile + STEP - 1) / STEP * STEP;
    return Math.min(Math.max(up, LEAST), mostOfModel);
  }
}
