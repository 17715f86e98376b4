package org.tributary.ml;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.tributary.batch.Example;
import org.tributary.batch.TextBatch;
import org.tributary.client.ModelInputs;

/**
 * Makes vectors of texts from the hidden states after the last block.
 *
 * @param text the place of the text's column
 * @param pooling how the states of a text's tokens become one vector
 * @param normalize whether vectors are divided by their Euclidean length
 */
record EmbedScorer(int text, TokenPooling pooling, boolean normalize) implements RowScorer<String> {
  private static final long serialVersionUID = 1;

  /**
   * Tokens, with padding, of one forward pass: the program returns the states after every block.
   */
  private static final int MOST_TOKENS = 4096;

  private static final String STATES = "hidden_states.";

  @Override
  public String input(Row row) {
    return row.isNullAt(text) ? null : row.getString(text);
  }

  /** Texts of similar length go together. */
  @Override
  public List<Object[]> score(LoadedModel loaded, NDManager scratch, List<String> texts) {
    List<Example> examples = texts.stream().map(one -> loaded.tokens().example(one, 0)).toList();
    int[] order =
        IntStream.range(0, examples.size())
            .filter(i -> TextScorer.hasTokens(examples.get(i)))
            .boxed()
            .sorted(Comparator.comparingInt(i -> examples.get(i).ids().length))
            .mapToInt(i -> i)
            .toArray();
    Object[][] all = new Object[texts.size()][];
    for (int from = 0, to; from < order.length; from = to) {
      to = from + 1;
      while (to < order.length
          && (long) (to + 1 - from) * examples.get(order[to]).ids().length <= MOST_TOKENS) {
        to++;
      }
      int[] some = Arrays.copyOfRange(order, from, to);
      try (NDManager step = scratch.newSubManager()) {
        List<double[]> vectors =
            vectors(loaded, step, Arrays.stream(some).mapToObj(examples::get).toList());
        for (int i = 0; i < some.length; i++) {
          all[some[i]] = new Object[] {Vectors.dense(vectors.get(i))};
        }
      }
    }
    return Arrays.asList(all);
  }

  private List<double[]> vectors(LoadedModel loaded, NDManager step, List<Example> examples) {
    TextBatch batch = TextScorer.batch(loaded, examples);
    Map<String, NDArray> states =
        loaded.model().states(step, List.of(), ModelInputs.of(step, batch));
    int last = -1;
    while (states.containsKey(STATES + (last + 1))) {
      last++;
    }
    NDArray hidden = states.get(STATES + last);
    int width = (int) hidden.getShape().get(2);
    float[] values = loaded.model().host(hidden).toFloats();
    List<double[]> vectors = new ArrayList<>();
    for (int row = 0; row < batch.rows(); row++) {
      double[] vector =
          pooling.of(values, row * batch.length() * width, examples.get(row).ids().length, width);
      vectors.add(normalize ? normalized(vector) : vector);
    }
    return vectors;
  }

  /** Divides by the Euclidean length, as torch's normalize does: at least 1e-12. */
  private static double[] normalized(double... vector) {
    double length = Math.max(1e-12, Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum()));
    return Arrays.stream(vector).map(x -> x / length).toArray();
  }
}
