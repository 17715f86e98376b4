package org.tributary.generation;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.tributary.checkpoint.Store;
import org.tributary.client.Continuation;
import org.tributary.client.TextGenerator;
import org.tributary.config.GenerateConfig;
import org.tributary.error.WrongInput;
import org.tributary.executor.Devices;
import org.tributary.model.Decoding;
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
  /** Batches of one native call: a row that ends leaves its seat to a row of the next ones. */
  private static final int TOGETHER = 4;

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

  /** A row's answer; null if the prompt has no tokens. */
  private record Answer(Continuation written, boolean truncated) {}

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
      Answer[] answers = write(generator, manager, texts, shard);
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

  /** Rows of similar length are generated together. This order depends only on the rows. */
  private Answer[] write(
      LoadedGenerator generator, NDManager manager, List<String> texts, GenerationShard shard) {
    GenerationModel described = generator.described();
    Prompts prompts =
        new Prompts(texts, described.special(), described.config().model().maxLength());
    long[][] ids =
        IntStream.range(0, texts.size())
            .mapToObj(i -> named(shard, i, () -> prompts.ids(i, generator.tokens())))
            .toArray(long[][]::new);
    int[] order =
        IntStream.range(0, ids.length)
            .filter(i -> ids[i].length > 0)
            .boxed()
            .sorted(Comparator.comparingInt(i -> ids[i].length))
            .mapToInt(Integer::intValue)
            .toArray();
    counts.empty().add(ids.length - order.length);
    counts.rows().add(ids.length - order.length);
    Answer[] answers = new Answer[ids.length];
    int together = TOGETHER * described.config().batch();
    for (int from = 0; from < order.length; from += together) {
      int[] places = Arrays.copyOfRange(order, from, Math.min(order.length, from + together));
      generator.checkGoesOn();
      try (NDManager scratch = manager.newSubManager()) {
        List<Answer> some = new Batching(generator, prompts, shard).write(scratch, places, ids);
        for (int i = 0; i < places.length; i++) {
          answers[places[i]] = some.get(i);
        }
      }
      counts.rows().add(places.length);
    }
    return answers;
  }

  /** Some rows of a shard, in one batch. */
  private final class Batching {
    private final LoadedGenerator generator;
    private final Prompts prompts;
    private final GenerationShard shard;

    Batching(LoadedGenerator generator, Prompts prompts, GenerationShard shard) {
      this.generator = generator;
      this.prompts = prompts;
      this.shard = shard;
    }

    List<Answer> write(NDManager scratch, int[] places, long[]... ids) {
      GenerateConfig config = generator.described().config();
      GenerateConfig.Decoding d = config.decoding();
      Decoding how =
          new Decoding(prompts.special().ends(), d.temperature(), d.topP(), d.repetitionPenalty());
      long[] seeds =
          Arrays.stream(places)
              .mapToLong(i -> Seeds.of(config.seed(), "generate", shard.before() + i))
              .toArray();
      List<long[]> chosen = Arrays.stream(places).mapToObj(i -> ids[i]).toList();
      List<Continuation> written =
          new TextGenerator(generator.model(), generator.tokens(), how, config.batch())
              .write(
                  scratch,
                  List.of(),
                  prompts.batch(chosen, generator.tokens(), d.newTokens()),
                  d.newTokens(),
                  seeds);
      List<Answer> answers = new ArrayList<>();
      for (int i = 0; i < places.length; i++) {
        boolean cut = prompts.isCut(chosen.get(i).length, d.newTokens());
        answers.add(new Answer(written.get(i), cut));
        counts.tokens().add(written.get(i).tokens());
        counts.truncated().add(cut ? 1 : 0);
      }
      return answers;
    }
  }

  private static Row row(Schema kept, Row row, String prompt, Answer answer) {
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
