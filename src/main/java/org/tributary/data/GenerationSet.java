package org.tributary.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * The rows of one part as prompts and answers. A row's ids are those of the prompt with its special
 * tokens, those of the answer, and the end token; only the answer and its end count in the loss,
 * the prompt never does. A row that is too long loses the prompt's left first (but for a leading
 * special token), then the answer's right.
 *
 * @param prompts in file order, at least one
 * @param answers of each row
 * @param special the tokens that begin and end texts
 * @param maxLength the most ids of a row
 */
public record GenerationSet(
    List<String> prompts, List<String> answers, SpecialTokens special, int maxLength)
    implements TextRows {

  /**
   * Where prompts and answers come from.
   *
   * @param prompt how a row becomes a prompt
   * @param answer the column of the answer
   * @param special the tokens that begin and end texts
   * @param maxLength the most ids of a row
   */
  public record Layout(Prompt prompt, String answer, SpecialTokens special, int maxLength) {

    /**
     * A row's prompt; blank ones are looked at with the tokenizer, as others have tokens anyway.
     */
    private String prompt(Row row, String where, Tokens tokens) {
      String text = prompt.of(row::text);
      if (text.isBlank() && special.prompt(tokens, text).length == 0) {
        throw noTokens(where, text);
      }
      return text;
    }
  }

  private static WrongInput noTokens(String where, String prompt) {
    return new WrongInput(
        "%s: the prompt \"%s\" has no tokens; fill its columns in, or add words to data.prompt"
            .formatted(where, prompt));
  }

  /**
   * Reads folders of Parquet files, in the order given and there in the order of their names.
   *
   * @param store where they lie
   * @param folders such as {@code client=0003/train}
   * @param layout of rows
   * @param tokens how text becomes ids
   * @return the rows
   * @throws IOException where the file system fails
   * @throws WrongInput where a folder has no rows, a file is no Parquet, a column is missing, or a
   *     prompt has no tokens
   */
  public static GenerationSet read(Store store, List<Path> folders, Layout layout, Tokens tokens)
      throws IOException {
    List<String> prompts = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    Set<String> columns = new LinkedHashSet<>(layout.prompt().columns());
    columns.add(layout.answer());
    for (Path folder : folders) {
      int before = prompts.size();
      for (FileStatus status : store.list(folder)) {
        Path file = status.getPath();
        if (!file.getName().endsWith(".parquet")) {
          continue;
        }
        try (ParquetReading rows = ParquetRows.read(store, file, List.copyOf(columns))) {
          for (long i = 0; rows.hasNext(); i++) {
            Row row = rows.next();
            if (row.isNull(layout.answer())) {
              throw new WrongInput(
                  "%s, row %d: column %s is empty; fill it in or leave the row out"
                      .formatted(file, i, layout.answer()));
            }
            prompts.add(layout.prompt(row, file + ", row " + i, tokens));
            answers.add(row.text(layout.answer()));
          }
        }
      }
      if (prompts.size() == before) {
        throw new WrongInput(
            folder
                + " holds no rows; a client needs at least one, so partition again or leave it"
                + " out");
      }
    }
    return new GenerationSet(
        List.copyOf(prompts), List.copyOf(answers), layout.special(), layout.maxLength());
  }

  @Override
  public int size() {
    return prompts.size();
  }

  @Override
  public TextBatch batch(int[] rows, Tokens tokens, long padId) {
    List<long[]> ids = new ArrayList<>();
    List<Integer> starts = new ArrayList<>();
    int truncated = 0;
    for (int row : rows) {
      long[] prompt = promptIds(row, tokens);
      long[] answer = answer(row, tokens);
      int whole = prompt.length + answer.length;
      answer = Arrays.copyOf(answer, Math.min(answer.length, maxLength - 1));
      prompt = asked().cut(prompt, maxLength - answer.length, tokens);
      truncated += prompt.length + answer.length < whole ? 1 : 0;
      long[] both = Arrays.copyOf(prompt, prompt.length + answer.length);
      System.arraycopy(answer, 0, both, prompt.length, answer.length);
      ids.add(both);
      starts.add(prompt.length);
    }
    return padded(ids, starts, truncated, padId);
  }

  private Prompts asked() {
    return new Prompts(prompts, special, maxLength);
  }

  private long[] promptIds(int row, Tokens tokens) {
    long[] ids = asked().ids(row, tokens);
    if (ids.length == 0) {
      throw noTokens("row " + row, prompts.get(row));
    }
    return ids;
  }

  private long[] answer(int row, Tokens tokens) {
    long[] text = tokens.encode(answers.get(row), false).ids();
    long[] ended = Arrays.copyOf(text, text.length + 1);
    ended[text.length] = special.end();
    return ended;
  }

  static TextBatch padded(List<long[]> ids, List<Integer> starts, int truncated, long padId) {
    int rows = ids.size();
    int length = ids.stream().mapToInt(row -> row.length).max().orElseThrow();
    long[] all = new long[rows * length];
    long[] mask = new long[rows * length];
    long[] labels = new long[rows * length];
    Arrays.fill(all, padId);
    Arrays.fill(labels, Batch.IGNORED);
    for (int i = 0; i < rows; i++) {
      long[] row = ids.get(i);
      int from = starts.get(i);
      System.arraycopy(row, 0, all, i * length, row.length);
      Arrays.fill(mask, i * length, i * length + row.length, 1);
      System.arraycopy(row, from, labels, i * length + from, row.length - from);
    }
    return new TextBatch(all, mask, new long[rows * length], labels, rows, length, truncated);
  }

  /**
   * Prompts alone, to be gone on with.
   *
   * @param rows indices
   * @param tokens how text becomes ids
   * @param room ids that must stay free behind a prompt
   * @return a batch whose labels are all ignored
   */
  public TextBatch prompts(int[] rows, Tokens tokens, int room) {
    List<long[]> ids = Arrays.stream(rows).mapToObj(row -> promptIds(row, tokens)).toList();
    return asked().batch(ids, tokens, room);
  }

  @Override
  public int characters(int row) {
    return prompts.get(row).length() + answers.get(row).length();
  }
}
