package org.tributary.generation;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.tributary.checkpoint.Store;
import org.tributary.client.Continuation;
import org.tributary.config.GenerateConfig;
import org.tributary.error.WrongInput;
import org.tributary.executor.Devices;
import org.tributary.protocol.Seeds;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.text.Prompt;
import org.tributary.text.Prompts;
import org.tributary.torch.Torch;

/**
 * The work of one task: it reads the rows of one shard, generates their answers and commits the
 * file. A row's random numbers depend on its place among all rows, so every executor draws the same
 * ones.
 *
 * @param spec of the generation
 * @param counts counters that the driver receives
 */
record GenerationWork(Broadcast<GenerationSpec> spec, Counts counts) implements Serializable {
  /**
   * Sums over the rows that were written.
   *
   * @param rows number of written rows
   * @param tokens of their answers
   * @param truncated rows whose prompts were cut
   * @param empty rows whose prompts have no tokens
   */
  record Counts(
      LongAccumulator rows,
      LongAccumulator tokens,
      LongAccumulator truncated,
      LongAccumulator empty)
      implements Serializable {}

  void run(GenerationShard shard) throws IOException, InterruptedException {
    Store store = spec.value().store();
    Path part = spec.value().folder().part(shard.index());
    if (store.exists(part)) {
      return; // Another attempt of this task was faster.
    }
    try (Devices.BorrowedDevice loan = Devices.borrow();
        LoadedGenerator generator = LoadedGenerator.take(spec.value(), loan.device());
        NDManager manager = Torch.manager(loan.device())) {
      GenerateConfig config = generator.described().config();
      Torch.prepareThread(config.threads());
      Prompt prompt = generator.described().prompt().fitting(shard.columns());
      List<Row> rows = shard.read(store, GenerationRows.format(config));
      List<String> texts = texts(rows, prompt, shard);
      AnswerWriter.Answer[] answers = write(generator, manager, texts, shard);
      List<Row> answered = new ArrayList<>();
      Schema kept = GenerationRows.kept(config, rows.get(0).schema());
      for (int i = 0; i < answers.length; i++) {
        answered.add(row(kept, rows.get(i), texts.get(i), answers[i]));
      }
      store.commit(part, out -> ParquetRows.write(out, answered.get(0).schema(), answered));
    }
  }

  private static List<String> texts(List<Row> rows, Prompt prompt, GenerationShard shard) {
    List<String> texts = new ArrayList<>();
    for (Row row : rows) {
      texts.add(named(shard, texts.size(), () -> prompt.of(row::text)));
    }
    return texts;
  }

  /** Computes a value from a row of a shard. The message of wrong input names the row. */
  private static <T> T named(GenerationShard shard, int place, Supplier<T> made) {
    try {
      return made.get();
    } catch (WrongInput e) {
      throw new WrongInput(
          "%s, row %d: %s".formatted(shard.file(), shard.first() + place, e.getMessage()), e);
    }
  }

  /** One answer for each row; null if its prompt has no tokens. */
  private AnswerWriter.Answer[] write(
      LoadedGenerator generator, NDManager manager, List<String> texts, GenerationShard shard) {
    GenerationModel described = generator.described();
    GenerateConfig config = described.config();
    Prompts prompts = new Prompts(texts, described.special(), config.model().maxLength());
    AnswerWriter writer =
        new AnswerWriter(
            generator.model(), generator.tokens(), prompts, config.decoding(), config.batch());
    long[][] ids =
        IntStream.range(0, texts.size())
            .mapToObj(i -> named(shard, i, () -> prompts.ids(i, generator.tokens())))
            .toArray(long[][]::new);
    List<int[]> calls = writer.calls(ids);
    int empty = ids.length - calls.stream().mapToInt(call -> call.length).sum();
    counts.empty().add(empty);
    counts.rows().add(empty);
    AnswerWriter.Answer[] answers = new AnswerWriter.Answer[ids.length];
    for (int[] places : calls) {
      generator.checkGoesOn();
      long[] seeds =
          Arrays.stream(places)
              .mapToLong(i -> Seeds.of(config.seed(), "generate", shard.before() + i))
              .toArray();
      try (NDManager scratch = manager.newSubManager()) {
        List<AnswerWriter.Answer> some =
            writer.write(scratch, Arrays.stream(places).mapToObj(i -> ids[i]).toList(), seeds);
        for (int i = 0; i < places.length; i++) {
          answers[places[i]] = some.get(i);
          counts.tokens().add(some.get(i).written().tokens());
          counts.truncated().add(some.get(i).truncated() ? 1 : 0);
        }
      }
      counts.rows().add(places.length);
    }
    return answers;
  }

  private static Row row(Schema kept, Row row, String prompt, AnswerWriter.Answer answer) {
    List<Object> values = new ArrayList<>();
    for (String column : kept.names()) {
      values.add(row.value(row.schema().indexOf(column)));
    }
    values.add(prompt);
    if (answer == null) {
      values.addAll(Arrays.asList(null, 0, "empty", false));
    } else {
      Continuation written = answer.written();
      values.add(written.text());
      values.add(written.tokens());
      values.add(written.ended() ? "end" : "length");
      values.add(answer.truncated());
    }
    return Row.of(GenerationRows.written(kept), values.toArray());
  }
}
