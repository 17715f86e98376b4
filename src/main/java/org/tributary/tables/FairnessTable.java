package org.tributary.tables;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.tributary.evaluation.Evaluation;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/**
 * The table {@code fairness}: how a score differs between clients, every client with the same
 * weight.
 */
public final class FairnessTable {
  /** Its name. */
  public static final String NAME = "fairness";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column(
              "model",
              Type.STRING,
              "",
              "global: the global model on each client's rows; personal: each client's own model on all rows"),
          new Column("part", Type.STRING, "", "test, validation or train"),
          new Column("score", Type.STRING, "", "name of a score of evals"),
          new Column("clients", Type.INT, "clients", "K, that have the score"),
          new Column("mean", Type.DOUBLE, "", "m = Σ s_k / K"),
          new Column("spread", Type.DOUBLE, "", "standard deviation √(Σ (s_k - m)² / K)"),
          new Column("worst", Type.DOUBLE, "", "the worst client's score"),
          new Column(
              "worst_client", Type.STRING, "", "its id; of equal ones the first by their ids"),
          new Column("best", Type.DOUBLE, "", "the best client's score"),
          new Column("best_client", Type.STRING, "", "its id"),
          new Column(
              "gap", Type.DOUBLE, "", "absolute difference between the best and the worst score"));

  /** The scores, and whether more is better. */
  private static final Map<String, Boolean> SCORES = scores();

  private FairnessTable() {}

  private static Map<String, Boolean> scores() {
    Map<String, Boolean> scores = new LinkedHashMap<>();
    scores.put("loss", false);
    scores.put("accuracy", true);
    scores.put("macro_f1", true);
    scores.put("weighted_f1", true);
    scores.put("ece", false);
    scores.put("perplexity", false);
    scores.put("bleu4", true);
    scores.put("rouge_l", true);
    scores.put("exact_match", true);
    return scores;
  }

  /**
   * The rows for some clients' evaluations on one part.
   *
   * @param labels of the run
   * @param round counted from 1; null for a model that no run made
   * @param model as in the table
   * @param clients one evaluation for each client, in the order of their ids
   * @return one row for each score that at least one of them has; none without clients
   */
  static List<Row> rows(RunLabels labels, Integer round, String model, List<Evaluation> clients) {
    List<Row> rows = new ArrayList<>();
    SCORES.forEach(
        (score, moreIsBetter) -> {
          List<Evaluation> having =
              clients.stream().filter(e -> e.scores().containsKey(score)).toList();
          if (!having.isEmpty()) {
            rows.add(row(labels, round, model, score, moreIsBetter, having));
          }
        });
    return rows;
  }

  private static Row row(
      RunLabels labels,
      Integer round,
      String model,
      String score,
      boolean moreIsBetter,
      List<Evaluation> clients) {
    double mean = values(clients, score).sum() / clients.size();
    double squares = values(clients, score).map(s -> (s - mean) * (s - mean)).sum();
    Comparator<Evaluation> byScore = Comparator.comparingDouble(e -> e.scores().get(score));
    Comparator<Evaluation> worstFirst = moreIsBetter ? byScore : byScore.reversed();
    Evaluation worst = clients.stream().min(worstFirst).orElseThrow();
    Evaluation best = clients.stream().min(worstFirst.reversed()).orElseThrow();
    return labels.row(
        SCHEMA,
        round,
        null,
        model,
        worst.part(),
        score,
        clients.size(),
        mean,
        Math.sqrt(squares / clients.size()),
        worst.scores().get(score),
        worst.client(),
        best.scores().get(score),
        best.client(),
        Math.abs(best.scores().get(score) - worst.scores().get(score)));
  }

  private static DoubleStream values(List<Evaluation> clients, String score) {
    return clients.stream().mapToDouble(e -> e.scores().get(score));
  }
}
