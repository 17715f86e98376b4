package org.tributary.ml;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.tributary.config.GenerateConfig;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.CheckpointModel;
import org.tributary.generation.AnswerWriter;
import org.tributary.protocol.Seeds;
import org.tributary.run.BaseModel;
import org.tributary.text.Prompt;
import org.tributary.text.Prompts;
import org.tributary.text.SpecialTokens;

/**
 * Writes answers to prompts.
 *
 * @param columns what it reads
 * @param prompt how a row becomes a prompt
 * @param decoding how the next token is chosen
 * @param seed of sampling
 * @param batch rows that are generated at once
 */
record AnswerScorer(Columns columns, PromptKeys prompt, Sampling decoding, long seed, int batch)
    implements RowScorer<AnswerScorer.Asked> {
  private static final long serialVersionUID = 1;

  /**
   * The columns.
   *
   * @param names that the prompt reads
   * @param places of them
   * @param number place of the column that numbers the rows; -1 for none
   * @param truncated whether a column says that the prompt was cut
   */
  record Columns(List<String> names, List<Integer> places, int number, boolean truncated)
      implements Serializable {}

  /**
   * How the next token is chosen; see {@link GenerateConfig.Decoding}.
   *
   * @param newTokens the most tokens of an answer
   * @param temperature 0 for the likeliest token
   * @param topP probability mass to sample from
   * @param repetitionPenalty 1 for none
   */
  record Sampling(int newTokens, double temperature, double topP, double repetitionPenalty)
      implements Serializable {
    GenerateConfig.Decoding decoding() {
      return new GenerateConfig.Decoding(newTokens, temperature, topP, repetitionPenalty);
    }
  }

  /**
   * A row's values.
   *
   * @param values of the columns that the prompt reads
   * @param number of the row; null if no column has it
   */
  record Asked(List<String> values, Object number) {}

  /** What is made once for each loaded model. */
  private record Asking(Prompt prompt, SpecialTokens special) {}

  @Override
  public Asked input(Row row) {
    List<String> values = new ArrayList<>();
    columns.places().forEach(place -> values.add(row.getAs(place)));
    if (values.stream().allMatch(value -> value == null)) {
      return null;
    }
    if (columns.number() < 0) {
      return new Asked(values, null);
    }
    if (row.isNullAt(columns.number())) {
      throw new WrongInput(
          "rowCol: column %s has null; number all rows, or call clear on rowCol"
              .formatted(row.schema().fieldNames()[columns.number()]));
    }
    return new Asked(values, row.get(columns.number()));
  }

  @Override
  public List<Object[]> score(LoadedModel loaded, NDManager scratch, List<Asked> asked) {
    Asking asking = loaded.kept(prompt.toString() + columns.names(), () -> asking(loaded));
    List<String> texts =
        asked.stream()
            .map(row -> prompt.text(asking.prompt(), columns.names(), row.values()))
            .toList();
    int maxLength = loaded.described().base().maxLength();
    Prompts prompts = new Prompts(texts, asking.special(), maxLength);
    AnswerWriter writer =
        new AnswerWriter(loaded.model(), loaded.tokens(), prompts, decoding.decoding(), batch);
    long[][] ids = new long[texts.size()][];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = prompts.ids(i, loaded.tokens());
    }
    Object[][] answers = new Object[ids.length][];
    for (int[] places : writer.calls(ids)) {
      LoadedModel.checkGoesOn();
      long[] seeds =
          Arrays.stream(places).mapToLong(i -> seed(asked.get(i), texts.get(i))).toArray();
      try (NDManager step = scratch.newSubManager()) {
        List<AnswerWriter.Answer> some =
            writer.write(step, Arrays.stream(places).mapToObj(i -> ids[i]).toList(), seeds);
        for (int i = 0; i < places.length; i++) {
          answers[places[i]] = values(some.get(i));
        }
      }
    }
    return Arrays.asList(answers);
  }

  private Object[] values(AnswerWriter.Answer answer) {
    String text = answer.written().text();
    return columns.truncated() ? new Object[] {text, answer.truncated()} : new Object[] {text};
  }

  /** A row's random numbers depend on its number, as in the job, or on its prompt. */
  private long seed(Asked row, String text) {
    return row.number() == null
        ? Seeds.of(seed, "generate for", text)
        : Seeds.of(seed, "generate", row.number());
  }

  private Asking asking(LoadedModel loaded) {
    CheckpointModel described = loaded.described();
    try {
      Prompt made = prompt.of(loaded.store(), described.base().files().folder(), columns.names());
      return new Asking(made, special(loaded, made));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SpecialTokens special(LoadedModel loaded, Prompt made) throws IOException {
    BaseModel base = loaded.described().base();
    return SpecialTokens.read(
        loaded.store(), base.files().folder(), base.architecture().vocabulary(), made);
  }
}
