package org.tributary.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * How the next token is chosen. First the logits of all tokens in the prompt and the answer are
 * divided by the penalty if they are above 0, else multiplied by it (Keskar et al. 2019, as in
 * transformers). With temperature 0 the likeliest token is taken (greedy decoding). Otherwise the
 * token is sampled from softmax(logits / temperature), limited to the smallest set of likeliest
 * tokens whose probability mass reaches topP (nucleus sampling, Holtzman et al. 2020).
 *
 * @param ends tokens that end a text; may be empty
 * @param temperature 0 or more
 * @param topP above 0, at most 1
 * @param repetitionPenalty above 0; 1 for none
 */
public record Decoding(List<Long> ends, double temperature, double topP, double repetitionPenalty) {
  /** Keeps a copy of the list. */
  public Decoding {
    ends = List.copyOf(ends);
  }

  /**
   * Greedy decoding without a penalty.
   *
   * @param ends tokens that end a text; may be empty
   * @return greedy decoding
   */
  public static Decoding greedy(List<Long> ends) {
    return new Decoding(ends, 0, 1, 1);
  }

  /** The program's end tokens. The program cannot take an empty list, so -1 stands for no token. */
  NDArray ends(NDManager owner) {
    return owner.create(
        ends.isEmpty() ? new long[] {-1} : ends.stream().mapToLong(Long::longValue).toArray());
  }

  /** The three numbers for the program. */
  NDArray sampling(NDManager owner) {
    return owner.create(new double[] {temperature, topP, repetitionPenalty});
  }
}
