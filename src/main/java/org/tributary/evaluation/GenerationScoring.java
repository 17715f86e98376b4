package org.tributary.evaluation;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.tributary.batch.TextBatch;
import org.tributary.client.Continuation;
import org.tributary.client.ModelInputs;
import org.tributary.client.TextGenerator;
import org.tributary.metrics.Bleu;
import org.tributary.metrics.Perplexity;
import org.tributary.metrics.TextScores;
import org.tributary.model.Decoding;
import org.tributary.run.RowOwners;
import org.tributary.text.GenerationSet;
import org.tributary.text.TextExamples;

/**
 * Computes the likelihood of the given answers. For some of the rows it also compares them with the
 * answers that the model generates (greedily, up to the end token or a number of tokens).
 *
 * @param generate rows for which the model generates an answer, evenly spread
 * @param newTokens the most tokens of such an answer
 */
record GenerationScoring(int generate, int newTokens) implements Scoring<GenerationScoring.Sums> {
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

  /** A generated answer, and whether its prompt was cut. */
  private record Written(String text, boolean truncated) {
    private static final Written NONE = new Written(null, false);
  }

  @Override
  public Sums none() {
    return new Sums(Perplexity.empty(), TextScores.empty(), 0, 0, new TreeMap<>());
  }

  @Override
  public Class<Sums> type() {
    return Sums.class;
  }

  @Override
  public List<RowScore> score(Given given, NDManager scratch, int[] places) {
    int[] indices = given.sample().rows(places);
    GenerationSet set = (GenerationSet) ((TextExamples) given.rows()).rows();
    TextBatch batch = (TextBatch) given.rows().batch(indices);
    float[] nll =
        given
            .model()
            .likelihood(scratch, given.weights(), ModelInputs.withLabels(scratch, batch))
            .toFloatArray();
    boolean[] truncated = given.truncated(indices, batch);
    int[] chosen =
        given.sample().rows(Arrays.stream(places).filter(given.sample().some(generate)).toArray());
    Map<Integer, Written> written = write(given, scratch, set, chosen);
    List<RowScore> scores = new ArrayList<>();
    int at = 0; // the likelihoods come row by row, one for each counted token
    for (int i = 0; i < indices.length; i++) {
      int counted = Math.toIntExact(batch.targets(i));
      double sum = 0;
      for (int j = 0; j < counted; j++) {
        sum += nll[at + j];
      }
      at += counted;
      Written own = written.getOrDefault(indices[i], Written.NONE);
      RowScore.Answer answer =
          new RowScore.Answer(counted, set.answer(indices[i]), own.text(), own.truncated());
      scores.add(new RowScore(indices[i], sum, truncated[i], null, answer));
    }
    if (at != nll.length) {
      throw new IllegalStateException(
          "%d likelihoods for %d counted tokens".formatted(nll.length, at));
    }
    return scores;
  }

  @Override
  public Sums sums(List<RowScore> batch, RowOwners owners) {
    Sums sums = none();
    for (RowScore row : batch) {
      RowScore.Answer answer = row.answer();
      SortedMap<String, ClientSums> clients = new TreeMap<>();
      String owner = owners.of(row.row());
      if (owner != null) {
        clients.put(owner, new ClientSums(1, row.loss(), answer.tokens(), null));
      }
      TextScores written = TextScores.empty();
      if (answer.written() != null) {
        written = written.plus(answer.written(), answer.given());
      }
      sums =
          plus(
              sums,
              new Sums(
                  new Perplexity(row.loss(), answer.tokens()),
                  written,
                  row.truncated() ? 1 : 0,
                  answer.promptTruncated() ? 1 : 0,
                  clients));
    }
    return sums;
  }

  @Override
  public Evaluation.Details details(Sums all) {
    return new Evaluation.Details(List.of(), ClientSums.scores(all.clients()));
  }

  /** The generated answers by the index of their row. */
  private Map<Integer, Written> write(
      Given given, NDManager scratch, GenerationSet set, int[] indices) {
    Map<Integer, Written> answers = new HashMap<>();
    if (indices.length == 0) {
      return answers;
    }
    TextBatch prompts = set.prompts(indices, given.tokens(), newTokens);
    List<Continuation> written =
        new TextGenerator(
                given.model(),
                given.tokens(),
                Decoding.greedy(set.special().ends()),
                indices.length)
            .write(scratch, given.weights(), prompts, newTokens);
    boolean same = prompts.truncated() == 0 || prompts.truncated() == indices.length;
    for (int i = 0; i < indices.length; i++) {
      int[] alone = {indices[i]};
      boolean cut =
          same
              ? prompts.truncated() > 0
              : set.prompts(alone, given.tokens(), newTokens).truncated() > 0;
      answers.put(indices[i], new Written(written.get(i).text().strip(), cut));
    }
    return answers;
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
