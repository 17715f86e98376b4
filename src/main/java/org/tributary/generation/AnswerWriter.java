package org.tributary.generation;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tributary.client.Continuation;
import org.tributary.client.TextGenerator;
import org.tributary.config.GenerateConfig;
import org.tributary.model.Decoding;
import org.tributary.model.Model;
import org.tributary.text.Prompts;
import org.tributary.text.Tokenizer;

/**
 * Writes answers to prompts. An answer depends only on its prompt and its seed, not on the prompts
 * next to it.
 *
 * @param model the language model
 * @param tokens its tokenizer
 * @param prompts makes ids of the texts, and cuts them
 * @param decoding how the next token is chosen
 * @param batch rows that are generated at once
 */
public record AnswerWriter(
    Model model, Tokenizer tokens, Prompts prompts, GenerateConfig.Decoding decoding, int batch) {
  /** Batches of one native call: a row that ends leaves its seat to a row of the next ones. */
  public static final int TOGETHER = 4;

  /**
   * An answer.
   *
   * @param written the text
   * @param truncated whether the prompt was cut
   */
  public record Answer(Continuation written, boolean truncated) {}

  /**
   * The rows of each native call: rows of similar length go together. This order depends only on
   * the rows.
   *
   * @param ids of the prompts; rows without ids get no answer and are in no call
   * @return places of rows
   */
  public List<int[]> calls(long[]... ids) {
    int[] order =
        IntStream.range(0, ids.length)
            .filter(i -> ids[i].length > 0)
            .boxed()
            .sorted(Comparator.comparingInt(i -> ids[i].length))
            .mapToInt(Integer::intValue)
            .toArray();
    List<int[]> calls = new ArrayList<>();
    int together = TOGETHER * batch;
    for (int from = 0; from < order.length; from += together) {
      calls.add(Arrays.copyOfRange(order, from, Math.min(order.length, from + together)));
    }
    return calls;
  }

  /**
   * Writes the answers of one native call.
   *
   * @param scratch owns the intermediate arrays
   * @param ids of the prompts, whole, none of them empty
   * @param seeds one for each prompt
   * @return one for each prompt
   */
  public List<Answer> write(NDManager scratch, List<long[]> ids, long... seeds) {
    Decoding how =
        new Decoding(
            prompts.special().ends(),
            decoding.temperature(),
            decoding.topP(),
            decoding.repetitionPenalty());
    int most = decoding.newTokens();
    List<Continuation> written =
        new TextGenerator(model, tokens, how, batch)
            .write(scratch, List.of(), prompts.batch(ids, tokens, most), most, seeds);
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      answers.add(new Answer(written.get(i), prompts.isCut(ids.get(i).length, most)));
    }
    return answers;
  }
}
