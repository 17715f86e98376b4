package org.tributary.evaluation;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.tributary.batch.Batch;
import org.tributary.batch.TextBatch;
import org.tributary.client.Continuation;
import org.tributary.client.ModelInputs;
import org.tributary.client.TextGenerator;
import org.tributary.config.TrainConfig;
import org.tributary.executor.LoadedRun;
import org.tributary.metrics.Bleu;
import org.tributary.metrics.Perplexity;
import org.tributary.metrics.TextScores;
import org.tributary.model.Decoding;
import org.tributary.text.GenerationSet;
import org.tributary.text.TextExamples;

/**
 * Computes the likelihood of the given answers. For some of the rows it also compares them with the
 * answers that the model generates (greedily, up to the end token or a number of tokens).
 *
 * @param settings how many rows, how many tokens
 */
record GenerationScoring(TrainConfig.Evaluate settings) implements Scoring<GenerationScoring.Sums> {
  /**
   * Sums over rows.
   *
   * @param answers how likely the given answers are
   * @param written how the generated answers compare with the given ones
   * @param rows number of rows whose prompt and answer were cut
   * @param prompts number of prompts that were cut to leave room for the generated answer
   * @param clients the sums of each client's rows, by id
   */
  record Sums(
      Perplexity answers,
      TextScores written,
      long rows,
      long prompts,
      SortedMap<String, ClientSums> clients) {}

  /** Generated answers, and how many of their prompts were cut. */
  private record Written(List<String> answers, int truncated) {}

  @Override
  public Sums none() {
    return new Sums(Perplexity.empty(), TextScores.empty(), 0, 0, new TreeMap<>());
  }

  @Override
  public Class<Sums> type() {
    return Sums.class;
  }

  @Override
  public Sums score(Given given, NDManager scratch, int[] places) {
    int[] indices = given.sample().rows(places);
    GenerationSet set = (GenerationSet) ((TextExamples) given.rows()).rows();
    Batch batch = given.rows().batch(indices);
    float[] nll =
        given
            .run()
            .model()
            .likelihood(scratch, given.weights(), ModelInputs.withLabels(scratch, batch))
            .toFloatArray();
    double sum = 0;
    for (float one : nll) {
      sum += one;
    }
    int[] written =
        given
            .sample()
            .rows(Arrays.stream(places).filter(given.sample().some(settings.generate())).toArray());
    Written own = write(given, scratch, set, written);
    TextScores scores = TextScores.empty();
    for (int i = 0; i < written.length; i++) {
      scores = scores.plus(own.answers().get(i), set.answer(written[i]));
    }
    return new Sums(
        new Perplexity(sum, nll.length),
        scores,
        batch.truncated(),
        own.truncated(),
        clients(given, indices, (TextBatch) batch, nll));
  }

  /** The likelihoods come row by row, one for each counted token. */
  private static SortedMap<String, ClientSums> clients(
      Given given, int[] indices, TextBatch batch, float[] nll) {
    SortedMap<String, ClientSums> clients = new TreeMap<>();
    int at = 0;
    for (int i = 0; i < indices.length; i++) {
      int counted = Math.toIntExact(batch.targets(i));
      double sum = 0;
      for (int j = 0; j < counted; j++) {
        sum += nll[at + j];
      }
      at += counted;
      String owner = given.owners().of(indices[i]);
      if (owner != null) {
        clients.merge(owner, new ClientSums(1, sum, counted, null), ClientSums::plus);
      }
    }
    if (at != nll.length) {
      throw new IllegalStateException(
          "%d likelihoods for %d counted tokens".formatted(nll.length, at));
    }
    return clients;
  }

  @Override
  public Evaluation.Details details(Sums all) {
    return new Evaluation.Details(List.of(), ClientSums.scores(all.clients()));
  }

  private Written write(Given given, NDManager scratch, GenerationSet set, int[] indices) {
    if (indices.length == 0) {
      return new Written(List.of(), 0);
    }
    int most = settings.newTokens();
    LoadedRun run = given.run();
    TextBatch prompts = set.prompts(indices, run.tokens(), most);
    List<Continuation> written =
        new TextGenerator(
                run.model(), run.tokens(), Decoding.greedy(set.special().ends()), indices.length)
            .write(scratch, given.weights(), prompts, most);
    return new Written(written.stream().map(c -> c.text().strip()).toList(), prompts.truncated());
  }

  @Override
  public Sums plus(Sums one, Sums other) {
    return new Sums(
        one.answers().plus(other.answers()),
        one.written().plus(other.written()),
        one.rows() + other.rows(),
        one.prompts() + other.prompts(),
        ClientSums.plus(one.clients(), other.clients()));
  }

  @Override
  public SortedMap<String, Double> scores(JavaSparkContext spark, Sums all) {
    SortedMap<String, Double> scores = new TreeMap<>();
    scores.put("loss", all.answers().meanLoss());
    scores.put("perplexity", all.answers().value());
    scores.put("truncated_rows", (double) all.rows());
    TextScores written = all.written();
    if (written.rows() > 0) {
      scores.put("generated", (double) written.rows());
      scores.put("bleu4", Bleu.corpus().score(written.bleu()).value());
      scores.put("rouge_l", written.rouge().rougeL());
      scores.put("rouge_l_stemmed", written.stemmedRouge().rougeL());
      scores.put("exact_match", written.exactMatch().value());
      scores.put("truncated_prompts", (double) all.prompts());
    }
    return scores;
  }
}
