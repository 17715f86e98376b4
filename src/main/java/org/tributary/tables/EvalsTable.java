package org.tributary.tables;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.tributary.evaluation.Evaluation;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/**
 * The table {@code evals}: the scores of every evaluation. An evaluation of the global model on
 * rows that belong to clients also gives one row for each client, on that client's rows.
 */
public final class EvalsTable {
  /** Its name. */
  public static final String NAME = "evals";

  /** The scores; null where the task has no such score. */
  private static final List<Column> SCORES =
      List.of(
          score("loss", "nats", "mean cross entropy"),
          score(
              "accuracy",
              "share",
              "of rows whose most likely class is correct; null for language models"),
          score(
              "macro_f1",
              "share",
              "mean of the classes' F1, over all declared classes; null for language models, and for a client's rows in a run's tables"),
          score(
              "micro_f1",
              "share",
              "F1 over all decisions; null for language models, and for a client's rows in a run's tables"),
          score(
              "weighted_f1",
              "share",
              "mean of the classes' F1, weighted by their rows; null for language models, and for a client's rows in a run's tables"),
          score(
              "ece",
              "share",
              "expected calibration error: mean difference between confidence and accuracy over 15 bins; null for language models, and for a client's rows in a run's tables"),
          score(
              "perplexity",
              "",
              "exp of loss, over the tokens of the given answers with their end token; null for classifiers"),
          score(
              "generated",
              "rows",
              "for which the model generated an answer; null if it generated none"),
          score(
              "bleu4",
              "0..100",
              "corpus BLEU-4 of the generated answers, as in sacrebleu (13a tokens, exponential smoothing); null if there are none"),
          score(
              "rouge_l",
              "share",
              "mean ROUGE-L F1 of the generated answers; null if there are none"),
          score(
              "rouge_l_stemmed", "share", "the same with Porter stemming; null if there are none"),
          score(
              "exact_match",
              "share",
              "of the generated answers that equal the given one, ignoring white space at both ends; null if there are none"),
          score(
              "truncated_rows",
              "rows",
              "longer than model.maxLength and truncated: first the prompt on its left, then the answer on its right; null for a client's rows in a run's tables"),
          score(
              "truncated_prompts",
              "rows",
              "whose prompts were truncated to leave space for the generated answer; null if there are none"));

  /** Its columns. */
  public static final Schema SCHEMA = schema();

  private EvalsTable() {}

  private static Column score(String name, String unit, String meaning) {
    return new Column(name, Type.DOUBLE, unit, meaning);
  }

  private static Schema schema() {
    List<Column> columns = new ArrayList<>();
    columns.add(
        new Column(
            "model",
            Type.STRING,
            "",
            "global: the global model, on all rows, or on a client's rows if client is given; personal: the client's own model, on all rows"));
    columns.add(new Column("part", Type.STRING, "", "test, validation or, in evaluate, train"));
    columns.add(new Column("rows", Type.LONG, "rows", "that were scored"));
    columns.add(
        new Column(
            "seconds",
            Type.DOUBLE,
            "s",
            "that the evaluation took; null for a client's rows, which are part of another evaluation"));
    columns.addAll(SCORES);
    return RunLabels.schema(columns.toArray(Column[]::new));
  }

  /**
   * The rows of evaluations.
   *
   * @param round counted from 1; 0 is before training
   */
  static List<Row> rows(RunLabels labels, int round, List<Evaluation> evaluations) {
    List<Row> rows = new ArrayList<>();
    for (Evaluation e : evaluations) {
      String model = e.client() == null ? "global" : "personal";
      rows.add(
          row(
              labels,
              round,
              e.client(),
              List.of(model, e.part(), e.rows(), e.seconds()),
              e.scores()));
      if (e.details() != null) {
        e.details()
            .clients()
            .forEach(
                (client, own) -> {
                  List<Object> first = new ArrayList<>(List.of("global", e.part(), own.rows()));
                  first.add(null);
                  rows.add(row(labels, round, client, first, own.scores()));
                });
      }
    }
    return rows;
  }

  /**
   * The row of an evaluation whose client may own the model or the rows.
   *
   * @param round counted from 1; null for a model that no run made
   * @param model {@code global} or {@code personal}
   */
  static Row row(RunLabels labels, Integer round, String model, Evaluation e) {
    List<Object> first = new ArrayList<>(List.of(model, e.part(), e.rows()));
    first.add(model.equals("global") && e.client() != null ? null : e.seconds());
    return row(labels, round, e.client(), first, e.scores());
  }

  private static Row row(
      RunLabels labels,
      Integer round,
      String client,
      List<Object> first,
      SortedMap<String, Double> scores) {
    List<Object> values = new ArrayList<>(first);
    SCORES.forEach(score -> values.add(((Map<String, Double>) scores).get(score.name())));
    return labels.row(SCHEMA, round, client, values.toArray());
  }
}
