package org.tributary.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The configuration of {@code generate}: the rows for which a language model generates answers.
 * Keys are frozen after the first start in a folder, unless they are declared operational.
 *
 * @param out folder of the answers
 * @param seed everything random is derived from it
 * @param shared whether {@code file:} paths are one file system for all nodes
 * @param model the language model
 * @param adapter PEFT folder of an adapter for that model; null for none
 * @param data the rows
 * @param decoding how the next token is chosen
 * @param batch rows that are generated in one batch
 * @param shard rows per task and file
 * @param threads CPU threads of one task
 * @param precision type of weights and activations
 * @param store retries on failing file systems
 */
public record GenerateConfig(
    @Key(
            value = "folder of the answers, a URI or path",
            required = true,
            operational = true,
            example = "runs/medquad/answers")
        String out,
    @Key(value = "seed of everything random", byDefault = "0", example = "7") long seed,
    @Key(
            value = "whether file: paths are the same file system on every node",
            byDefault = "false",
            operational = true)
        boolean shared,
    @Key(value = "the language model", required = true) ModelSection model,
    @Key(
            value = "PEFT folder of an adapter for the model, a URI or path",
            example = "runs/medquad/fedit/adapter")
        String adapter,
    @Key(value = "the rows", required = true) Data data,
    @Key("how the next token is chosen") Decoding decoding,
    @Key(value = "rows that are generated in one batch", byDefault = "16", min = 1, example = "8")
        int batch,
    @Key(value = "rows of a task and a file", byDefault = "256", min = 1, example = "512")
        int shard,
    @Key(value = "CPU threads of one task", byDefault = "1", min = 1, example = "2") int threads,
    @Key(
            value = "type of weights and activations",
            byDefault = "float32",
            oneOf = {"float32", "bfloat16"})
        String precision,
    @Key(value = "retries on failing file systems", operational = true) StoreSection store)
    implements Section {

  /** A prompt needs space in addition to the generated tokens, and a batch needs memory. */
  @Override
  public List<String> problems() {
    if (model == null || decoding == null || decoding.newTokens() < model.maxLength()) {
      return model == null
          ? List.of()
          : ModelSection.tooLarge(
              "batch x model.maxLength",
              (double) batch * model.maxLength(),
              ModelSection.MOST_AT_ONCE);
    }
    return List.of(
        "decoding.newTokens: %d leave no room for a prompt within model.maxLength %d; lower it"
            .formatted(decoding.newTokens(), model.maxLength()));
  }

  /** A language model has no classifier, and answers do not name their model. */
  @Override
  public List<UnreadKey> unread() {
    String why = "generate does not read it, train of a classifier does";
    return List.of(
        new UnreadKey("model.name", "", "generate does not read it, train does"),
        new UnreadKey("model.pooling", "", why),
        new UnreadKey("model.newHead", "", why));
  }

  /**
   * The rows.
   *
   * @param paths files of rows, or folders of them
   * @param columns columns to keep; empty for all
   * @param prompt name of a prompt, or its text with {@code {column}} for values, or {@code chat}
   *     for the model's own chat template
   * @param shortPrompt the prompt text for rows whose other columns are empty
   * @param message the question of a chat, by name or as a text
   * @param messages column of whole conversations; null if rows are questions
   * @param system the system message of a chat; null for the template's default
   * @param template variables of the chat template by name, such as {@code enable_thinking}
   * @param date the date for the chat template; null for none
   * @param format of the files
   * @param separator of CSV: the separator of fields, a character or {@code tab}; null to detect it
   *     in the header
   */
  public record Data(
      @Key(
              value = "files of rows or folders of them, URIs or paths",
              required = true,
              min = 1,
              example = "[data-partitions/medquad/test]")
          List<String> paths,
      @Key(value = "columns to keep; [] for all", byDefault = "[]", example = "[question]")
          List<String> columns,
      @Key(
              value = "prompt: seed-paper, alpaca, plain, chat, or a text with {column}",
              required = true,
              example = "seed-paper")
          String prompt,
      @Key(
              value = "your own prompt for rows where the columns that it leaves out are empty",
              later = true,
              example = "\"Question: {question}\"")
          String shortPrompt,
      @Key(
              value = "question of a chat: a name as of prompt, or a text with {column}",
              example = "\"{question}\"")
          String message,
      @Key(value = "column of whole conversations, of a chat", later = true, example = "messages")
          String messages,
      @Key(value = "the system message of a chat", example = "You answer in one sentence.")
          String system,
      @Key(
              value = "variables of the chat template by name",
              scalars = true,
              later = true,
              example = "{enable_thinking: false}")
          Map<String, Object> template,
      @Key(
              value = "the date for the chat template, such as 2026-01-31",
              pattern = DataSection.DATE,
              later = true,
              example = "2026-01-31")
          String date,
      @Key(
              value = "format of the files: parquet, jsonl or csv",
              byDefault = "parquet",
              oneOf = {"parquet", "jsonl", "csv"},
              later = true)
          String format,
      @Key(
              value =
                  "what separates fields, of csv: one character or tab; detected from the header if absent",
              later = true,
              example = "\";\"")
          String separator)
      implements Section {

    /** Only chats have messages, and only CSV a separator. */
    @Override
    public List<String> problems() {
      List<String> problems =
          new ArrayList<>(
              new DataSection.Chat(prompt, shortPrompt, message, messages, system, template, date)
                  .problems());
      problems.addAll(CsvSeparator.problems(format, separator));
      return problems;
    }

    /**
     * The separator of fields.
     *
     * @return null to detect it in the header
     */
    public Character separatorChar() {
      return CsvSeparator.of(separator);
    }
  }

  /**
   * How the next token is chosen.
   *
   * @param newTokens the most tokens of an answer
   * @param temperature 0 for the likeliest token (greedy decoding), else the divisor of the logits
   * @param topP probability mass of the most likely tokens to sample from
   * @param repetitionPenalty the divisor of logits above 0, and the factor of other logits, of
   *     tokens in the prompt and the answer
   */
  public record Decoding(
      @Key(value = "most tokens of an answer", byDefault = "64", min = 1, example = "128")
          int newTokens,
      @Key(
              value = "0 for the most likely token (greedy), else divides the logits",
              byDefault = "0.0",
              min = 0,
              example = "0.7")
          double temperature,
      @Key(
              value = "probability mass of the most likely tokens to sample from",
              byDefault = "1.0",
              above = 0,
              max = 1,
              example = "0.9")
          double topP,
      @Key(
              value = "penalty on tokens that prompt and answer already have; 1 for none",
              byDefault = "1.0",
              above = 0,
              example = "1.05")
          double repetitionPenalty)
      implements Section {

    /** Greedy decoding does not use top p. */
    @Override
    public List<String> problems() {
      return temperature > 0 || topP == 1
          ? List.of()
          : List.of(
              "topP is %s, but with temperature 0 nothing is drawn; give a temperature, or remove topP"
                  .formatted(topP));
    }
  }
}
