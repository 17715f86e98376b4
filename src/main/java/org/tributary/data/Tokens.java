package org.tributary.data;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * A Hugging Face tokenizer from its {@code tokenizer.json}: text to ids and back. Padding and
 * truncation that the file carries are switched off; padding is the {@link Batch}'s, truncation is
 * what the caller asks for. Threads may share one.
 */
public final class Tokens implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HuggingFaceTokenizer tokenizer;
  private final int size;
  private final int padId;
  private final Set<String> added;

  private Tokens(HuggingFaceTokenizer tokenizer, int size, int padId, Set<String> added) {
    this.tokenizer = tokenizer;
    this.size = size;
    this.padId = padId;
    this.added = added;
  }

  /**
   * What a text becomes.
   *
   * @param ids token ids
   * @param typeIds 0 for the first text, 1 for the second of a pair
   * @param tokens the tokens as the vocabulary writes them
   */
  public record Encoded(long[] ids, long[] typeIds, String[] tokens) {}

  /**
   * A tokenizer without truncation.
   *
   * @param store where the file lies
   * @param file its {@code tokenizer.json}
   * @return to be closed
   * @throws IOException where the file system fails
   * @throws WrongInput as {@link #open(Store, Path, int)}
   */
  public static Tokens open(Store store, Path file) throws IOException {
    return open(store, file, Integer.MAX_VALUE);
  }

  /**
   * A tokenizer that cuts long texts.
   *
   * @param store where the file lies
   * @param file its {@code tokenizer.json}
   * @param maxLength the most ids of a text, special tokens among them
   * @return to be closed
   * @throws IOException where the file system fails
   * @throws WrongInput where the file is missing or no tokenizer, or lacks tokens that files beside
   *     it name
   */
  public static Tokens open(Store store, Path file, int maxLength) throws IOException {
    if (!store.exists(file)) {
      throw new WrongInput(
          file + " does not exist; a model folder needs the tokenizer.json of its model");
    }
    Tokens tokens = of(store.readAll(file), file.toString(), maxLength);
    try {
      AddedTokens.check(new ModelFiles(store, file.getParent()), tokens.added);
    } catch (IOException | WrongInput e) {
      tokens.close();
      throw e;
    }
    return tokens;
  }

  /**
   * A tokenizer from the bytes of its file.
   *
   * @param json content of a {@code tokenizer.json}
   * @param name what messages call it
   * @param maxLength the most ids of a text, special tokens among them; {@code Integer.MAX_VALUE}
   *     for no truncation
   * @return to be closed
   * @throws WrongInput where it is no tokenizer
   */
  public static Tokens of(byte[] json, String name, int maxLength) {
    try {
      JsonNode root = JSON.readTree(json);
      if (!(root instanceof ObjectNode file) || !file.path("model").isObject()) {
        throw new WrongInput(
            name + " is no Hugging Face tokenizer (it has no \"model\"); name a tokenizer.json");
      }
      int padId = padId(file);
      file.putNull("padding");
      file.putNull("truncation");
      return new Tokens(
          build(JSON.writeValueAsBytes(file), maxLength), size(file), padId, added(file));
    } catch (WrongInput e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new WrongInput(
          "%s is no readable Hugging Face tokenizer (%s); copy it again from its model"
              .formatted(name, e.getMessage()),
          e);
    }
  }

  private static HuggingFaceTokenizer build(byte[] json, int maxLength) throws IOException {
    // DJL would truncate at 512 where no length is named, and pad where the file says so.
    boolean truncate = maxLength != Integer.MAX_VALUE;
    Map<String, String> options =
        truncate
            ? Map.of("padding", "false", "truncation", "true", "maxLength", "" + maxLength)
            : Map.of("padding", "false", "truncation", "false");
    return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
  }

  private static int padId(JsonNode file) {
    if (file.path("padding").path("pad_id").isInt()) {
      return file.path("padding").path("pad_id").intValue();
    }
    return StreamSupport.stream(file.path("added_tokens").spliterator(), false)
        .filter(t -> t.path("content").asText().matches("(?i)[\\[<]\\|?pad\\|?[\\]>]"))
        .mapToInt(t -> t.path("id").intValue())
        .findFirst()
        .orElse(0);
  }

  private static Set<String> added(JsonNode file) {
    return StreamSupport.stream(file.path("added_tokens").spliterator(), false)
        .map(token -> token.path("content").asText())
        .collect(Collectors.toSet());
  }

  private static int size(JsonNode file) {
    int largest = -1;
    JsonNode vocab = file.path("model").path("vocab");
    if (vocab.isArray()) {
      largest = vocab.size() - 1;
    } else {
      for (JsonNode id : vocab) {
        largest = Math.max(largest, id.intValue());
      }
    }
    for (JsonNode token : file.path("added_tokens")) {
      largest = Math.max(largest, token.path("id").intValue());
    }
    return largest + 1;
  }

  /**
   * Rows that an embedding needs to know every id of this tokenizer.
   *
   * @return the largest id, added tokens included, plus one
   */
  public int size() {
    return size;
  }

  /**
   * The id that fills up short rows.
   *
   * @return the file's pad id, else the id of its pad token, else 0
   */
  public int padId() {
    return padId;
  }

  /**
   * Ids of a text with special tokens.
   *
   * @param text may be empty
   * @return at most maxLength ids
   */
  public long[] ids(String text) {
    return tokenizer.encode(text, true, false).getIds();
  }

  /**
   * One row of text classification.
   *
   * @param text may be empty
   * @param label index into the declared labels
   * @return at most maxLength ids, with the label
   */
  public Example example(String text, int label) {
    Encoding encoding = tokenizer.encode(text, true, false);
    return new Example(encoding.getIds(), label, encoding.exceedMaxLength());
  }

  /**
   * A text as tokens.
   *
   * @param text may be empty
   * @param specialTokens whether to add them
   * @return ids, type ids and tokens
   */
  public Encoded encode(String text, boolean specialTokens) {
    return encoded(tokenizer.encode(text, specialTokens, false));
  }

  /**
   * A pair of texts with special tokens.
   *
   * @param first may be empty
   * @param second may be empty
   * @return ids, type ids and tokens
   */
  public Encoded encodePair(String first, String second) {
    return encoded(tokenizer.encode(first, second, true, false));
  }

  /**
   * Ids as text.
   *
   * @param ids token ids
   * @param skipSpecialTokens whether to leave them out
   * @return the text
   */
  public String decode(long[] ids, boolean skipSpecialTokens) {
    return tokenizer.decode(ids, skipSpecialTokens);
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  private static Encoded encoded(Encoding encoding) {
    return new Encoded(encoding.getIds(), encoding.getTypeIds(), encoding.getTokens());
  }
}
