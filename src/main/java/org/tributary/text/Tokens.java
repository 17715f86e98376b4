package org.tributary.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.tributary.batch.Batch;
import org.tributary.batch.Example;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.host.NativeFolder;
import org.tributary.json.Json;
import org.tributary.text.tokenizer.TokenizerFile;

/**
 * A Hugging Face tokenizer from its {@code tokenizer.json}: text to ids and back. Padding and
 * truncation that the file carries are switched off; padding is the {@link Batch}'s, truncation is
 * what the caller asks for. Threads may share one.
 */
public final class Tokens implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final String name;
  private final TokenizerFile file;

  private Tokens(HuggingFaceTokenizer tokenizer, String name, TokenizerFile file) {
    this.tokenizer = tokenizer;
    this.name = name;
    this.file = file;
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
   * What a text becomes, and where in the text each token lies.
   *
   * @param ids token ids
   * @param from where each begins, in {@code char}s
   * @param to behind its end; tokens of one character's bytes share that character
   * @param added whether it is a token that was added to the vocabulary, such as a special one
   */
  record Placed(long[] ids, int[] from, int[] to, boolean[] added) {
    /** The same without its first tokens. */
    Placed from(int first) {
      return first == 0
          ? this
          : new Placed(
              Arrays.copyOfRange(ids, first, ids.length),
              Arrays.copyOfRange(from, first, ids.length),
              Arrays.copyOfRange(to, first, ids.length),
              Arrays.copyOfRange(added, first, ids.length));
    }
  }

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
   * @throws WrongInput where the file is missing or no tokenizer, or lacks tokens that files next
   *     to it name
   */
  public static Tokens open(Store store, Path file, int maxLength) throws IOException {
    if (!store.exists(file)) {
      throw new WrongInput(
          file + " does not exist; a model folder needs the tokenizer.json of its model");
    }
    ModelFiles files = new ModelFiles(store, file.getParent());
    JsonNode settings = files.settings();
    String model = files.json(HuggingFaceFolder.CONFIG).path("model_type").asText("");
    TokenizerFile read = TokenizerFile.read(store.readAll(file), file.toString(), settings, model);
    checkSide(read, file, maxLength);
    Tokens tokens = of(read, file.toString(), maxLength);
    try {
      AddedTokens.check(files, tokens.file.addedTokens());
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
    return of(TokenizerFile.read(json, name), name, maxLength);
  }

  /** Texts are cut at their end; a tokenizer that cuts them elsewhere would give other ids. */
  private static void checkSide(TokenizerFile read, Path file, int maxLength) {
    if (maxLength != Integer.MAX_VALUE && read.habits().cutsBegin()) {
      throw new WrongInput(
          ("%s: truncation_side is left (or tokenizer.json's truncation.direction), but texts are cut at"
                  + " their end; set it to right")
              .formatted(new Path(file.getParent(), ModelFiles.TOKENIZER)));
    }
  }

  private static Tokens of(TokenizerFile file, String name, int maxLength) {
    if (file.around() >= maxLength) {
      throw new WrongInput(
          "%s puts %d special tokens around each text, so maxLength must be more than %d"
              .formatted(name, file.around(), maxLength));
    }
    keepOffsets(file.json().path("post_processor"));
    NativeFolder.prepare();
    try {
      return new Tokens(build(Json.bytes(file.json()), maxLength), name, file);
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

  /** Blanks belong to their tokens, wherever a token is looked up; ids do not change. */
  private static void keepOffsets(JsonNode processor) {
    if (processor instanceof ObjectNode one && one.path("trim_offsets").asBoolean()) {
      one.put("trim_offsets", false);
    }
    processor.path("processors").forEach(Tokens::keepOffsets);
  }

  /**
   * Rows that an embedding needs to know every id of this tokenizer.
   *
   * @return the largest id, added tokens included, plus one
   */
  public int size() {
    return file.vocabulary().size();
  }

  /**
   * The id that fills up short rows.
   *
   * @return the file's pad id, else the id of its pad token, else 0
   */
  public int padId() {
    return file.habits().padId();
  }

  /**
   * Ids of a text with special tokens.
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
   * A text as tokens with their places, without the special tokens that belong around a text.
   *
   * @param text may be empty
   * @return ids and places
   */
  Placed placed(String text) {
    Encoding encoding = encoding(text, false);
    long[] ids = encoding.getIds();
    CharSpan[] spans = encoding.getCharTokenSpans();
    String[] names = encoding.getTokens();
    int[] from = new int[ids.length];
    int[] to = new int[ids.length];
    boolean[] isAdded = new boolean[ids.length];
    Set<String> added = file.addedTokens();
    // The library counts code points.
    int[] chars = new int[text.codePointCount(0, text.length()) + 1];
    for (int i = 1; i < chars.length; i++) {
      chars[i] = text.offsetByCodePoints(chars[i - 1], 1);
    }
    for (int i = 0; i < ids.length; i++) {
      int before = i == 0 ? 0 : to[i - 1];
      from[i] = spans[i] == null ? before : chars[spans[i].getStart()];
      to[i] = spans[i] == null ? before : chars[spans[i].getEnd()];
      isAdded[i] = added.contains(names[i]);
    }
    return new Placed(ids, from, to, isAdded);
  }

  /**
   * A pair of texts with special tokens.
   *
   * @param first may be empty
   * @param second may be empty
   * @return ids, type ids and tokens
   */
  public Encoded encodePair(String first, String second) {
    checkLength(first);
    checkLength(second);
    return encoded(told(() -> tokenizer.encode(first, second, true, false)));
  }

  /**
   * Ids as text.
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

  private void checkLength(String text) {
    if (text.length() > file.longestText()) {
      throw new WrongInput(
          "a text of %,d characters (\"%s...\") is longer than the %,d that %s takes; cut it into several"
              .formatted(text.length(), text.substring(0, 40), file.longestText(), name));
    }
  }

  /** What the library says of a text that it cannot cut is the tokenizer's fault. */
  private Encoding told(Supplier<Encoding> encode) {
    try {
      return encode.get();
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
  }

  private static Encoded encoded(Encoding encoding) {
    return new Encoded(encoding.getIds(), encoding.getTypeIds(), encoding.getTokens());
  }
}
