package org.tributary.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * The tokens that begin, end and pad a model's texts, from its own files:
 *
 * <ul>
 *   <li>ends: {@code eos_token_id} (one or a list) of generation_config.json, else of config.json,
 *       else {@code eos_token} of tokenizer_config.json; a chat template adds the token that closes
 *       its turns;
 *   <li>the end that answers are trained with: the token that closes the template's turns, else
 *       {@code eos_token} of tokenizer_config.json if it is one of the ends, else the first of
 *       them;
 *   <li>pad: {@code pad_token_id} of config.json, else of generation_config.json, else {@code
 *       pad_token} of tokenizer_config.json, else the first end;
 *   <li>begin: {@code bos_token_id} of config.json, else {@code bos_token} of
 *       tokenizer_config.json. The post-processor of tokenizer.json decides whether it is put
 *       before a text, as in transformers. Before a chat the template decides. It is never there
 *       twice.
 * </ul>
 *
 * @param ends tokens that end a text; at least one
 * @param end the end that answers are trained with, one of the ends
 * @param begin token that begins a text; -1 if there is none
 * @param pad token that pads short rows
 * @param written whether the text of prompts includes their special tokens, as in chats
 */
public record SpecialTokens(List<Long> ends, long end, long begin, long pad, boolean written) {
  private static final String EOS = "eos_token_id";

  /** Keeps a copy of the list. */
  public SpecialTokens {
    ends = List.copyOf(ends);
  }

  /**
   * Reads the model's files.
   *
   * @param store access to the folder
   * @param folder the model's
   * @param vocabulary number of rows of its embedding; ids must be less
   * @param prompt decides whether rows are chats
   * @return its tokens
   * @throws WrongInput if no end is named, or a token is not in the model's vocabulary
   * @throws IOException if the file system fails
   */
  public static SpecialTokens read(Store store, Path folder, long vocabulary, Prompt prompt)
      throws IOException {
    ModelFiles files = new ModelFiles(store, folder);
    JsonNode config = withText(files.json(HuggingFaceFolder.CONFIG));
    JsonNode generation = files.json(ModelFiles.GENERATION);
    JsonNode tokenizer = files.settings();
    long named = id(files, tokenizer, "eos_token");
    List<Long> ends = new ArrayList<>(ends(files, generation, config, named));
    long end = ends.contains(named) ? named : ends.get(0);
    if (prompt.chat() != null) {
      OptionalLong closing = files.first(prompt.chat().template().closing());
      if (closing.isPresent()) {
        end = closing.getAsLong();
      }
    }
    if (!ends.contains(end)) {
      ends.add(end);
    }
    long begin = first(config.path("bos_token_id"), id(files, tokenizer, "bos_token"));
    long padding =
        first(
            config.path("pad_token_id"),
            first(generation.path("pad_token_id"), id(files, tokenizer, "pad_token")));
    long pad = padding < 0 ? ends.get(0) : padding;
    for (long id : ends) {
      checkWithin(folder, EOS, id, vocabulary);
    }
    checkWithin(folder, "pad_token_id", pad, vocabulary);
    return new SpecialTokens(ends, end, begin, pad, prompt.chat() != null);
  }

  /** The ids of a folder with a model for images, too, may be in the part about its text model. */
  private static JsonNode withText(JsonNode config) {
    if (!(config instanceof ObjectNode) || !config.path("text_config").isObject()) {
      return config;
    }
    ObjectNode whole = config.deepCopy();
    for (String key : List.of(EOS, "bos_token_id", "pad_token_id")) {
      if (!whole.hasNonNull(key) && config.get("text_config").hasNonNull(key)) {
        whole.set(key, config.get("text_config").get(key));
      }
    }
    return whole;
  }

  private static List<Long> ends(
      ModelFiles files, JsonNode generation, JsonNode config, long named) {
    for (JsonNode said : List.of(generation.path(EOS), config.path(EOS))) {
      List<Long> ends = new ArrayList<>();
      for (JsonNode one : said.isArray() ? said : List.of(said)) {
        if (one.isIntegralNumber()) {
          ends.add(one.longValue());
        }
      }
      if (!ends.isEmpty()) {
        return ends;
      }
    }
    if (named < 0) {
      throw new WrongInput(
          ("%s: no end token: neither generation_config.json nor config.json has an eos_token_id, nor"
                  + " tokenizer_config.json an eos_token; add one, for no answer ends without it")
              .formatted(files.folder()));
    }
    return List.of(named);
  }

  private static long id(ModelFiles files, JsonNode tokenizer, String key) throws IOException {
    String text = ModelFiles.text(tokenizer, key);
    return text == null ? -1 : files.id(text).orElse(-1);
  }

  private static long first(JsonNode said, long otherwise) {
    return said.isIntegralNumber() && said.longValue() >= 0 ? said.longValue() : otherwise;
  }

  private static void checkWithin(Path folder, String key, long id, long vocabulary) {
    if (id < 0 || id >= vocabulary) {
      throw new WrongInput(
          "%s: its files name %d as %s, but the embedding has %d rows; copy its files from one model, or set it to the id that this model has for it"
              .formatted(folder, id, key, vocabulary));
    }
  }

  /**
   * The ids of a prompt. They include the special tokens that the tokenizer puts around a text, or,
   * for a chat, those in its text.
   *
   * @param tokens the model's tokenizer
   * @param prompt may be empty
   * @return the ids; they may be empty if the tokenizer adds nothing
   */
  public long[] prompt(Tokenizer tokens, String prompt) {
    long[] ids = tokens.encode(prompt, !written).ids();
    int from = repeated(ids);
    return from == 0 ? ids : Arrays.copyOfRange(ids, from, ids.length);
  }

  /** A text with exactly one begin token. */
  PlacedTokens once(PlacedTokens text) {
    return text.from(repeated(text.ids()));
  }

  /** The number of begin tokens that another one follows. */
  private int repeated(long... ids) {
    int from = 0;
    while (begin >= 0 && from + 1 < ids.length && ids[from] == begin && ids[from + 1] == begin) {
      from++;
    }
    return from;
  }

  /**
   * Whether a prompt begins with a token that must stay when the prompt is cut.
   *
   * @param tokens the model's tokenizer
   * @param first first id of the prompt
   * @return true for the begin token and for a token that the tokenizer puts before every text
   */
  boolean leads(Tokenizer tokens, long first) {
    if (first == begin) {
      return true;
    }
    long[] around = tokens.encode("", true).ids();
    return around.length > 0 && around[0] == first;
  }
}
