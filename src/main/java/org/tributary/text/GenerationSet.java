package org.tributary.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.batch.TextBatch;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.rows.BadRows;
import org.tributary.rows.PartRows;
import org.tributary.rows.PartSource;
import org.tributary.rows.Row;
import org.tributary.rows.Truncation;

/**
 * The rows of one part as prompts and answers. The ids of a row are those of the prompt with its
 * special tokens, those of the answer, and the end token. For a chat they are the ids of the whole
 * conversation, rendered with the model's template. Only answers and their ends count in the loss;
 * the prompt never counts. A row that is too long loses the left of the prompt first (except for a
 * leading special token), then the right of the answer.
 *
 * @param rows in file order, at least one
 * @param special the tokens that begin and end texts
 * @param maxLength the most ids of a row
 */
public record GenerationSet(List<PromptAndAnswer> rows, SpecialTokens special, int maxLength)
    implements TextRows {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationSet.class);

  /**
   * A row.
   *
   * @param prompt text up to the beginning of the last answer, for generation
   * @param answer the last one
   * @param turns the whole conversation of a chat; null if prompt and answer are used directly
   */
  public record PromptAndAnswer(String prompt, String answer, RenderedConversation turns) {}

  /** Keeps a copy of the list. */
  public GenerationSet {
    rows = List.copyOf(rows);
  }

  /**
   * The layout of prompts and answers in rows.
   *
   * @param prompt how a row becomes a prompt
   * @param answer the column of the answer; conversations have none
   * @param special the tokens that begin and end texts
   * @param maxLength the most ids of a row
   */
  public record Layout(Prompt prompt, String answer, SpecialTokens special, int maxLength) {

    /** The columns of a row. */
    private List<String> columns() {
      Set<String> columns = new LinkedHashSet<>(prompt.columns());
      if (!prompt.isConversation()) {
        columns.add(answer);
      }
      return List.copyOf(columns);
    }

    /**
     * Reads a row. Only blank prompts are checked with the tokenizer, because all others have
     * tokens.
     */
    private PromptAndAnswer asked(Row row, String where, Tokenizer tokens) {
      boolean talk = prompt.isConversation();
      if (!talk && row.isNull(answer)) {
        throw new WrongInput(
            "%s: column %s is empty; fill it in or leave the row out".formatted(where, answer));
      }
      PromptAndAnswer asked;
      try {
        asked = prompt.asked(row::text, talk ? null : row.text(answer));
      } catch (WrongInput e) {
        throw new WrongInput(where + ": " + e.getMessage(), e);
      }
      if (asked.prompt().isBlank()) {
        checkLength(asked, where, tokens);
        if (special.prompt(tokens, asked.prompt()).length == 0) {
          throw noTokens(where, asked.prompt());
        }
      }
      return asked;
    }

    /** Refuses a row whose texts are too long for the tokenizer. */
    private void checkLength(PromptAndAnswer asked, String where, Tokenizer tokens) {
      if (asked.turns() == null) {
        tokens.checkLength(asked.prompt(), where);
        tokens.checkLength(asked.answer(), where);
      } else {
        tokens.checkLength(asked.turns().text(), where);
      }
    }
  }

  private static WrongInput noTokens(String where, String prompt) {
    return new WrongInput(
        "%s: the prompt \"%s\" has no tokens; fill its columns in, or add words to data.prompt"
            .formatted(where, prompt));
  }

  /**
   * Reads folders of Parquet files: the folders in the given order, the files of each by name.
   *
   * @param store file system of the files
   * @param sources folders such as {@code client=0003/train}
   * @param layout of rows
   * @param tokens the tokenizer
   * @return the rows
   * @throws IOException if the file system fails
   * @throws WrongInput if a folder has no rows, a file is not Parquet, a column is missing, or a
   *     prompt has no tokens
   */
  public static GenerationSet read(
      Store store, List<PartSource> sources, Layout layout, Tokenizer tokens) throws IOException {
    List<PromptAndAnswer> asked = new ArrayList<>();
    for (PartSource source : sources) {
      int before = asked.size();
      PartRows.forEach(
          store,
          source,
          layout.columns(),
          (row, where) -> asked.add(layout.asked(row, where, tokens)));
      warnOfParts(source.folder(), asked.subList(before, asked.size()));
    }
    return new GenerationSet(asked, layout.special(), layout.maxLength());
  }

  private static void warnOfParts(Path folder, List<PromptAndAnswer> rows) {
    long cut = rows.stream().filter(row -> row.turns() != null && !row.turns().whole()).count();
    if (cut > 0) {
      LOG.warn(
          "{}: of {} of {} rows the chat template leaves the system message out of the whole conversation, or a part of an answer, such as its thought: that is not trained",
          folder,
          cut,
          rows.size());
    }
  }

  /**
   * Finds the rows of a folder that {@link #read} or {@link #batch} refuses, and keeps no rows.
   *
   * @param store file system of the file
   * @param folder such as {@code client=0003/train}
   * @param layout of rows
   * @param tokens the tokenizer
   * @param rows number of rows in the folder; the lengths of some are checked
   * @return rows without an answer, whose prompt has no tokens, or whose text is too long for the
   *     tokenizer
   * @throws IOException if the file system fails
   * @throws WrongInput if a file is not Parquet, or a column is missing
   */
  public static BadRows check(Store store, Path folder, Layout layout, Tokenizer tokens, long rows)
      throws IOException {
    long every = Truncation.every(rows);
    long[] seen = {0};
    Truncation[] cuts = {Truncation.NONE};
    return PartRows.check(
            store,
            folder,
            layout.columns(),
            (row, where) -> {
              PromptAndAnswer asked = layout.asked(row, where, tokens);
              layout.checkLength(asked, where, tokens);
              if (seen[0]++ % every == 0) {
                GenerationSet one =
                    new GenerationSet(List.of(asked), layout.special(), layout.maxLength());
                LabelledTokens whole = one.labelled(0, tokens);
                cuts[0] = cuts[0].plus(one.truncation(whole, tokens));
              }
            })
        .with(cuts[0]);
  }

  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public TextBatch batch(int[] indices, Tokenizer tokens, long padId) {
    List<LabelledTokens> labelled = new ArrayList<>();
    int truncated = 0;
    for (int row : indices) {
      LabelledTokens whole = labelled(row, tokens);
      LabelledTokens cut = cut(whole, tokens);
      labelled.add(cut);
      truncated += cut == whole ? 0 : 1;
    }
    return LabelledTokens.padded(labelled, truncated, padId);
  }

  private Truncation truncation(LabelledTokens whole, Tokenizer tokens) {
    LabelledTokens cut = cut(whole, tokens);
    return Truncation.answers(cut != whole, whole.counted(), cut.counted());
  }

  private LabelledTokens cut(LabelledTokens whole, Tokenizer tokens) {
    return whole.ids().length > maxLength
        ? whole.cut(maxLength, special.leads(tokens, whole.ids()[0]))
        : whole;
  }

  private LabelledTokens labelled(int row, Tokenizer tokens) {
    if (rows.get(row).turns() != null) {
      return rows.get(row).turns().labelled(tokens, special);
    }
    long[] text = tokens.encode(rows.get(row).answer(), false).ids();
    long[] ended = Arrays.copyOf(text, text.length + 1);
    ended[text.length] = special.end();
    return LabelledTokens.of(promptIds(row, tokens), ended);
  }

  private long[] promptIds(int row, Tokenizer tokens) {
    long[] ids = special.prompt(tokens, rows.get(row).prompt());
    if (ids.length == 0) {
      throw noTokens("row " + row, rows.get(row).prompt());
    }
    return ids;
  }

  /**
   * The expected last answer of a row.
   *
   * @param row its index
   * @return the text in the data
   */
  public String answer(int row) {
    return rows.get(row).answer();
  }

  /**
   * A batch of prompts to continue.
   *
   * @param indices indices of the rows
   * @param tokens the tokenizer
   * @param room number of ids that must stay free after a prompt
   * @return a batch whose labels are all ignored
   */
  public TextBatch prompts(int[] indices, Tokenizer tokens, int room) {
    List<long[]> ids = Arrays.stream(indices).mapToObj(row -> promptIds(row, tokens)).toList();
    List<String> prompts = rows.stream().map(PromptAndAnswer::prompt).toList();
    return new Prompts(prompts, special, maxLength).batch(ids, tokens, room);
  }

  @Override
  public int characters(int row) {
    PromptAndAnswer asked = rows.get(row);
    return asked.turns() == null
        ? asked.prompt().length() + asked.answer().length()
        : asked.turns().text().length();
  }
}
