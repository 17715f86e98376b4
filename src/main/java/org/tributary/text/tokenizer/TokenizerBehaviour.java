package org.tributary.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * The behaviour of a tokenizer apart from making ids from texts.
 *
 * @param padId pads short rows: the file's pad id, else the id of its pad token, else 0
 * @param cutsBegin whether long texts are truncated at their begin: {@code truncation_side} of
 *     tokenizer_config.json, or else {@code truncation.direction} of tokenizer.json, is left
 * @param cleansUp whether spaces before punctuation are removed from decoded text: {@code
 *     clean_up_tokenization_spaces}, which transformers 5 does not do for BPE
 */
public record TokenizerBehaviour(int padId, boolean cutsBegin, boolean cleansUp) {
  private static final String CLEAN = "clean_up_tokenization_spaces";

  /** Spaces that transformers' clean_up_tokenization removes, in its order. */
  private static final List<List<String>> SPACES =
      List.of(
          List.of(" .", "."),
          List.of(" ?", "?"),
          List.of(" !", "!"),
          List.of(" ,", ","),
          List.of(" ' ", "'"),
          List.of(" n't", "n't"),
          List.of(" 'm", "'m"),
          List.of(" 's", "'s"),
          List.of(" 've", "'ve"),
          List.of(" 're", "'re"));

  /**
   * Reads the behaviour.
   *
   * @param root of tokenizer.json
   * @param settings content of tokenizer_config.json; may be missing
   * @param padId what fills up short rows
   * @return the behaviour
   */
  static TokenizerBehaviour of(JsonNode root, JsonNode settings, int padId) {
    String file = root.path("truncation").path("direction").asText("");
    String side = settings.path("truncation_side").asText(file);
    JsonNode model = root.path("model");
    boolean bpe = model.path("type").asText().equals("BPE") || model.has("merges");
    boolean anyway =
        settings.path(CLEAN + "_for_bpe_even_though_it_will_corrupt_output").asBoolean();
    boolean cleans = settings.path(CLEAN).asBoolean() && (!bpe || anyway);
    return new TokenizerBehaviour(padId, side.equalsIgnoreCase("left"), cleans);
  }

  /**
   * Prepares a decoded text for output.
   *
   * @param text the decoded text
   * @return the same text, without spaces before punctuation if they must be removed
   */
  public String written(String text) {
    String now = text;
    if (cleansUp) {
      for (List<String> space : SPACES) {
        now = now.replace(space.get(0), space.get(1));
      }
    }
    return now;
  }
}
