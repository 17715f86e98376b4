package org.tributary.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.tributary.batch.Batch;
import org.tributary.batch.Example;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.host.NativeFolder;
import org.tributary.json.Json;
import org.tributary.text.tokenizer.TokenizerFile;

/**
 * A Hugging Face tokenizer from its {@code tokenizer.json}, or from the files of its vocabulary:
 * text to ids and back. The padding and truncation of the file are switched off. The {@link Batch}
 * pads, and the caller decides the truncation. Threads may share a tokenizer.
 */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final String name;
  private final TokenizerFile file;
  private final PairEncoder pairs;

  private Tokenizer(
      HuggingFaceTokenizer tokenizer, String name, TokenizerFile file, PairEncoder pairs) {
    this.tokenizer = tokenizer;
    this.name = name;
    this.file = file;
    this.pairs = pairs;
  }

  /**
   * The tokens of a text.
   *
   * @param ids token ids
   * @param typeIds 0 for the first text, 1 for the second of a pair
   * @param tokens the tokens in the form of the vocabulary
   */
  public record Encoded(long[] ids, long[] typeIds, String[] tokens) {}

  /**
   * Opens a tokenizer without truncation.
   *
   * @param store file system of the file
   * @param file its {@code tokenizer.json}
   * @return the tokenizer; the caller must close it
   * @throws IOException if the file system fails
   * @throws WrongInput as {@link #open(Store, Path, int)}
   */
  public static Tokenizer open(Store store, Path file) throws IOException {
    return open(store, file, Integer.MAX_VALUE);
  }

  /**
   * Opens a tokenizer that truncates long texts.
   *
   * @param store file system of the file
   * @param file its {@code tokenizer.json}; if there is none, the files of the vocabulary next to
   *     it are read
   * @param maxLength the most ids of a text, including special tokens
   * @return the tokenizer; the caller must close it
   * @throws IOException if the file system fails
   * @throws WrongInput if the file is missing or not a tokenizer, or lacks tokens that files next
   *     to it name
   */
  public static Tokenizer open(Store store, Path file, int maxLength) throws IOException {
    ModelFiles files = new ModelFiles(store, file.getParent());
    byte[] content =
        files
            .tokenizer()
            .orElseThrow(
                () ->
                    new WrongInput(
                        file
                            + " does not exist; a model folder needs the tokenizer.json of its model, or its"
                            + " vocab.txt, or its vocab.json and merges.txt"));
    TokenizerFile read =
        TokenizerFile.read(content, file.toString(), files.settings(), files.modelType());
    checkSide(read, file, maxLength);
    Tokenizer tokens = of(read, file.toString(), maxLength);
    try {
      AddedTokens.check(files, tokens.file.addedTokens());
    } catch (IOException | WrongInput e) {
      tokens.close();
      throw e;
    }
    return tokens;
  }

  /**
   * Opens a tokenizer from the bytes of its file.
   *
   * @param json content of a {@code tokenizer.json}
   * @param name its name in messages
   * @param maxLength the most ids of a text, including special tokens; {@code Integer.MAX_VALUE}
   *     for no truncation
   * @return the tokenizer; the caller must close it
   * @throws WrongInput if it is not a tokenizer
   */
  public static Tokenizer of(byte[] json, String name, int maxLength) {
    return of(TokenizerFile.read(json, name), name, maxLength);
  }

  /**
   * Texts are truncated at the end. A tokenizer that truncates at the begin would give other ids.
   */
  private static void checkSide(TokenizerFile read, Path file, int maxLength) {
    if (maxLength != Integer.MAX_VALUE && read.habits().cutsBegin()) {
      throw new WrongInput(
          ("%s: truncation_side is left (or tokenizer.json's truncation.direction), but texts are cut at"
                  + " their end; set it to right")
              .formatted(new Path(file.getParent(), ModelFiles.TOKENIZER)));
    }
  }

  private static Tokenizer of(TokenizerFile file, String name, int maxLength) {
    if (file.around() >= maxLength) {
      throw new WrongInput(
          "%s puts %d special tokens around each text, so model.maxLength must be more than %d; raise it"
              .formatted(name, file.around(), file.around()));
    }
    keepOffsets(file.json().path("post_processor"));
    NativeFolder.prepare();
    try {
      return new Tokenizer(
          build(Json.bytes(file.json()), maxLength),
          name,
          file,
          new PairEncoder(file, name, maxLength));
    } catch (IOException | RuntimeException e) {
      throw new WrongInput(
          "%s is not a readable Hugging Face tokenizer (%s); copy it again from its model"
              .formatted(name, e.getMessage()),
          e);
    }
  }

  /** The library's tokenizer, with truncation if a length is given. */
  static HuggingFaceTokenizer build(byte[] json, int maxLength) throws IOException {
    // DJL would truncate at 512 if no length is given, and pad if the file says so.
    boolean truncate = maxLength != Integer.MAX_VALUE;
    Map<String, String> options =
        truncate
            ? Map.of("padding", "false", "truncation", "true", "maxLength", "" + maxLength)
            : Map.of("padding", "false", "truncation", "false");
    return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
  }

  /** Offsets include the blanks of a token. This does not change ids. */
  private static void keepOffsets(JsonNode processor) {
    if (processor instanceof ObjectNode one && one.path("trim_offsets").asBoolean()) {
      one.put("trim_offsets", false);
    }
    processor.path("processors").forEach(Tokenizer::keepOffsets);
  }

  /**
   * The number of rows that an embedding needs for all ids of this tokenizer.
   *
   * @return the largest id, added tokens included, plus one
   */
  public int size() {
    return file.vocabulary().size();
  }

  /**
   * The id that pads short rows.
   *
   * @return the file's pad id, else the id of its pad token, else 0
   */
  public int padId() {
    return file.habits().padId();
  }

  /**
   * The ids of a text with special tokens.
   *
   * @param text may be empty
   * @return at most maxLength ids
   */
  public long[] ids(String text) {
    return encoding(text, true).getIds();
  }

  /**
   * One row of text classification.
   *
   * @param text may be empty
   * @param label index into the declared labels
   * @return at most maxLength ids, with the label
   */
  public Example example(String text, int label) {
    Encoding encoding = encoding(text, true);
    return new Example(encoding.getIds(), label, encoding.exceedMaxLength());
  }

  /**
   * One row of text classification with two texts. If they are too long, tokens are cut at the end
   * of the longer one, then of both: transformers' {@code longest_first}.
   *
   * @param first may be empty
   * @param second may be empty
   * @param label index into the declared labels
   * @return at most maxLength ids, with their types and the label
   */
  public Example example(String first, String second, int label) {
    PairEncoder.Pair pair = pair(first, second);
    return new Example(pair.encoded().ids(), pair.encoded().typeIds(), label, pair.cut());
  }

  /**
   * Checks that there is room for tokens of two texts.
   *
   * @throws WrongInput if the special tokens around a pair take the whole length
   */
  void checkPairs() {
    pairs.check();
  }

  /**
   * A text as tokens.
   *
   * @param text may be empty
   * @param specialTokens whether to add them
   * @return ids, type ids and tokens
   */
  public Encoded encode(String text, boolean specialTokens) {
    return encoded(encoding(text, specialTokens));
  }

  /**
   * Tokenizes a text with the places of the tokens, without the special tokens around a text.
   *
   * @param text may be empty
   * @return the ids and places
   */
  PlacedTokens placed(String text) {
    return PlacedTokens.of(encoding(text, false), text, file.addedTokens());
  }

  /**
   * Tokenizes a pair of texts with special tokens.
   *
   * @param first may be empty
   * @param second may be empty
   * @return ids, type ids and tokens
   */
  public Encoded encodePair(String first, String second) {
    return pair(first, second).encoded();
  }

  private PairEncoder.Pair pair(String first, String second) {
    checkLength(first);
    checkLength(second);
    return told(() -> pairs.encode(first, second));
  }

  /**
   * Decodes ids to a text.
   *
   * @param ids token ids
   * @param skipSpecialTokens whether to leave them out
   * @return the text
   */
  public String decode(long[] ids, boolean skipSpecialTokens) {
    return file.habits().written(tokenizer.decode(ids, skipSpecialTokens));
  }

  private Encoding encoding(String text, boolean specialTokens) {
    checkLength(text);
    return told(() -> tokenizer.encode(text, specialTokens, false));
  }

  /**
   * Refuses a text of a row that is too long for the library.
   *
   * @param text to make tokens of
   * @param where file and row in messages
   * @throws WrongInput with the most characters that this tokenizer takes
   */
  void checkLength(String text, String where) {
    file.limit().check(text, name, where + ": ");
  }

  private void checkLength(String text) {
    file.limit().check(text, name, "");
  }

  /** An error of the library for a text that it cannot tokenize is a fault of the tokenizer. */
  private <T> T told(Supplier<T> encode) {
    try {
      return encode.get();
    } catch (WrongInput e) {
      throw e;
    } catch (RuntimeException e) {
      throw new WrongInput(
          "%s cannot make tokens of a text (%s); copy it again from its model"
              .formatted(name, e.getMessage()),
          e);
    }
  }

  @Override
  public void close() {
    tokenizer.close();
    pairs.close();
  }

  private static Encoded encoded(Encoding encoding) {
    return new Encoded(encoding.getIds(), encoding.getTypeIds(), encoding.getTokens());
  }
}
