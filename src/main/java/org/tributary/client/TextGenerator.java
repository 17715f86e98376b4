package org.tributary.client;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.tributary.batch.TextBatch;
import org.tributary.model.Decoding;
import org.tributary.model.Model;
import org.tributary.text.Tokenizer;

/**
 * Generates text after prompts with a model. The text after a prompt depends only on the prompt and
 * its seed, not on the other rows of the batch.
 *
 * @param model the language model
 * @param tokens its tokenizer
 * @param how the next token is chosen
 * @param seats how many rows are generated at once
 */
public record TextGenerator(Model model, Tokenizer tokens, Decoding how, int seats) {

  /**
   * Generates.
   *
   * @param scratch owns the intermediate arrays
   * @param weights as for {@link Model#generate}
   * @param prompts padded on the right
   * @param most the most new tokens of a row, at least 1
   * @param seeds one for each row; empty for greedy decoding
   * @return one for each row
   */
  public List<Continuation> write(
      NDManager scratch, List<NDArray> weights, TextBatch prompts, int most, long... seeds) {
    int rows = prompts.rows();
    long[] lengths = new long[rows];
    for (int i = 0; i < prompts.mask().length; i++) {
      lengths[i / prompts.length()] += prompts.mask()[i];
    }
    NDArray made =
        model.generate(
            scratch,
            weights,
            scratch.create(prompts.ids(), new Shape(rows, prompts.length())),
            scratch.create(lengths),
            seats,
            how,
            scratch.create(uniform(rows, most, seeds), new Shape(rows, most)));
    int width = (int) made.getShape().get(1);
    long[] ids = made.toLongArray();
    List<Continuation> written = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      int from = i * prompts.length();
      long[] prompt = Arrays.copyOfRange(prompts.ids(), from, from + (int) lengths[i]);
      written.add(continuation(prompt, Arrays.copyOfRange(ids, i * width, (i + 1) * width)));
    }
    return written;
  }

  /** Multiples of 2^-24, which float32 represents exactly. */
  private static float[] uniform(int rows, int most, long... seeds) {
    float[] numbers = new float[rows * most];
    for (int i = 0; i < seeds.length; i++) {
      SplittableRandom random = new SplittableRandom(seeds[i]);
      for (int n = 0; n < most; n++) {
        numbers[i * most + n] = (random.nextInt() >>> 8) * 0x1p-24f;
      }
    }
    return numbers;
  }

  private Continuation continuation(long[] prompt, long... made) {
    int end = 0;
    while (end < made.length && !how.ends().contains(made[end])) {
      end++;
    }
    long[] whole = Arrays.copyOf(prompt, prompt.length + end);
    System.arraycopy(made, 0, whole, prompt.length, end);
    // Decoders drop the space before the first word of a text, so the whole text is decoded.
    String before = tokens.decode(prompt, true);
    String text = tokens.decode(whole, true);
    String own =
        text.startsWith(before)
            ? text.substring(before.length())
            : tokens.decode(Arrays.copyOf(made, end), true);
    return new Continuation(own, end, end < made.length);
  }
}
