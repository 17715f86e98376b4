package org.tributary.federation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.tributary.client.Inputs;
import org.tributary.config.TrainConfig;
import org.tributary.data.Batch;
import org.tributary.data.Examples;
import org.tributary.data.GenerationSet;
import org.tributary.metrics.Bleu;
import org.tributary.metrics.Perplexity;
import org.tributary.metrics.TextScores;
import org.tributary.model.Decoding;

/**
 * How likely the answers are, and, for some of the rows, how the answers that the model writes
 * itself (greedily, to its end token or a number of tokens) compare with the given ones.
 *
 * @param settings how many rows, how many tokens
 */
record GenerationScoring(TrainConfig.Evaluate settings) implements Scoring<GenerationScoring.Sums> {
  /**
   * Sums over rows.
   *
   * @param answers how likely the given answers are
   * @param written how the written ones compare with them
   */
  record Sums(Perplexity answers, TextScores written) {}

  @Override
  public Sums none() {
    return new Sums(Perplexity.empty(), TextScores.empty());
  }

  @Override
  public Class<Sums> type() {
    return Sums.class;
  }

  @Override
  public Sums score(
      Bench bench,
      NDManager scratch,
      List<NDArray> weights,
      Examples rows,
      Spread spread,
      int[] places) {
    int[] indices = spread.rows(places);
    GenerationSet set = (GenerationSet) rows;
    Batch batch = set.batch(indices, bench.tokens(), bench.model().padToken());
    float[] nll =
        bench
            .model()
            .likelihood(scratch, weights, Inputs.withLabels(scratch, batch))
            .toFloatArray();
    double sum = 0;
    for (float one : nll) {
      sum += one;
    }
    int[] written =
        spread.rows(Arrays.stream(places).filter(spread.some(settings.generate())).toArray());
    TextScores scores = TextScores.empty();
    if (written.length > 0) {
      String[] answers = write(bench, scratch, weights, set, written);
      for (int i = 0; i < written.length; i++) {
        scores = scores.plus(answers[i], set.answers().get(written[i]));
      }
    }
    return new Sums(new Perplexity(sum, nll.length), scores);
  }

  private String[] write(
      Bench bench, NDManager scratch, List<NDArray> weights, GenerationSet set, int[] indices) {
    int most = settings.newTokens();
    Batch prompts = set.prompts(indices, bench.tokens(), bench.model().padToken(), most);
    long[] lengths = new long[indices.length];
    for (int i = 0; i < prompts.mask().length; i++) {
      lengths[i / prompts.length()] += prompts.mask()[i];
    }
    NDArray tokens =
        bench
            .model()
            .generate(
                scratch,
                weights,
                Inputs.of(scratch, prompts).get(0),
                scratch.create(lengths),
                Decoding.greedy(List.of(set.endToken())),
                scratch.zeros(new Shape(indices.length, most)));
    int made = (int) tokens.getShape().get(1);
    long[] ids = tokens.toLongArray();
    String[] answers = new String[indices.length];
    for (int i = 0; i < indices.length; i++) {
      long[] row = Arrays.copyOfRange(ids, i * made, (i + 1) * made);
      int end = 0;
      while (end < made && row[end] != set.endToken()) {
        end++;
      }
      answers[i] = bench.tokens().decode(Arrays.copyOf(row, end), true).strip();
    }
    return answers;
  }

  @Override
  public Sums plus(Sums one, Sums other) {
    return new Sums(one.answers().plus(other.answers()), one.written().plus(other.written()));
  }

  @Override
  public SortedMap<String, Double> scores(JavaSparkContext spark, Sums all) {
    SortedMap<String, Double> scores = new TreeMap<>();
    scores.put("loss", all.answers().meanLoss());
    scores.put("perplexity", all.answers().value());
    TextScores written = all.written();
    if (written.rows() > 0) {
      scores.put("generated", (double) written.rows());
      scores.put("bleu4", Bleu.corpus().score(written.bleu()).value());
      scores.put("rouge_l", written.rouge().rougeL());
      scores.put("rouge_l_stemmed", written.stemmedRouge().rougeL());
      scores.put("exact_match", written.exactMatch().value());
    }
    return scores;
  }
}
