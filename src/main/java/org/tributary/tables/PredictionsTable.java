package org.tributary.tables;

import java.util.List;
import org.tributary.evaluation.RowScore;
import org.tributary.metrics.ExactMatch;
import org.tributary.metrics.Rouge;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;
import org.tributary.run.RowPlaces;

/**
 * The table {@code predictions}: what a model says about every row that {@code evaluate} scored.
 */
public final class PredictionsTable {
  /** Its name. */
  public static final String NAME = "predictions";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column("model", Type.STRING, "", "global, or personal: the client's own model"),
          new Column("part", Type.STRING, "", "test, validation or train"),
          new Column(
              "owner", Type.STRING, "", "id of the client whose row it is; null for test rows"),
          new Column("file", Type.STRING, "", "of the partitioned set, relative to its folder"),
          new Column("row", Type.INT, "", "number of the row in the file, counted from 0"),
          new Column(
              "key", Type.STRING, "", "value of the row's column that key names; null without it"),
          new Column(
              "loss",
              Type.DOUBLE,
              "nats",
              "cross entropy; of language models the sum over the tokens of the given answer"),
          new Column("truncated", Type.BOOLEAN, "", "whether it is longer than model.maxLength"),
          new Column(
              "label", Type.STRING, "", "the class that is correct; null for language models"),
          new Column(
              "predicted", Type.STRING, "", "the most likely class; null for language models"),
          new Column(
              "label_number",
              Type.INT,
              "",
              "the row of the classifier for label, counted from 0; null for language models"),
          new Column(
              "predicted_number", Type.INT, "", "the same for predicted; null for language models"),
          new Column(
              "probability",
              Type.DOUBLE,
              "share",
              "of the predicted class, the confidence; null for language models"),
          new Column(
              "tokens",
              Type.INT,
              "tokens",
              "of the given answer, with its end token; null for classifiers"),
          new Column("answer", Type.STRING, "", "the given answer; null for classifiers"),
          new Column(
              "generated",
              Type.STRING,
              "",
              "the generated answer, without white space at both ends; null if none was generated"),
          new Column(
              "rouge_l",
              Type.DOUBLE,
              "share",
              "ROUGE-L F1 of the generated answer; null if none was generated"),
          new Column(
              "exact_match",
              Type.BOOLEAN,
              "",
              "whether the generated answer equals the given one, ignoring white space at both ends; null if none was generated"),
          new Column(
              "truncated_prompt",
              Type.BOOLEAN,
              "",
              "whether the prompt was truncated to leave space for the generated answer; null if none was generated"));

  private PredictionsTable() {}

  /**
   * Whose model it is, and which row.
   *
   * @param client whose own model it is; null for the global model
   * @param part of the partitioned set
   * @param owner the client whose row it is; null for test rows
   * @param place of the row
   * @param value of the column that identifies the row; null for none
   */
  public record Key(
      String client, String part, String owner, RowPlaces.Place place, String value) {}

  /**
   * A row of the table.
   *
   * @param labels of the run
   * @param round counted from 1; null for a model that no run made
   * @param key of the row
   * @param score what the model says
   * @param classes the model's names of the classes
   * @return the row
   */
  public static Row row(
      RunLabels labels, Integer round, Key key, RowScore score, List<String> classes) {
    RowScore.Choice choice = score.choice();
    RowScore.Answer answer = score.answer();
    boolean wrote = answer != null && answer.written() != null;
    return labels.row(
        SCHEMA,
        round,
        key.client() == null ? key.owner() : key.client(),
        key.client() == null ? "global" : "personal",
        key.part(),
        key.owner(),
        key.place().file(),
        key.place().row(),
        key.value(),
        score.loss(),
        score.truncated(),
        choice == null ? null : classes.get(choice.label()),
        choice == null ? null : classes.get(choice.predicted()),
        choice == null ? null : choice.label(),
        choice == null ? null : choice.predicted(),
        choice == null ? null : choice.probability(),
        answer == null ? null : answer.tokens(),
        answer == null ? null : answer.given(),
        wrote ? answer.written() : null,
        wrote ? new Rouge(false).score(answer.written(), answer.given()).rougeL().f1() : null,
        wrote ? ExactMatch.empty().plus(answer.written(), answer.given()).matches() == 1 : null,
        wrote ? answer.promptTruncated() : null);
  }

  /**
   * The score that a row of the table was made from.
   *
   * @param row of the table
   * @param number of the row, which the score keeps
   * @return the same score
   */
  public static RowScore score(Row row, int number) {
    RowScore.Choice choice =
        row.isNull("label_number")
            ? null
            : new RowScore.Choice(
                (int) row.longAt("label_number"),
                (int) row.longAt("predicted_number"),
                row.doubleAt("probability"));
    RowScore.Answer answer =
        row.isNull("tokens")
            ? null
            : new RowScore.Answer(
                (int) row.longAt("tokens"),
                row.text("answer"),
                row.text("generated"),
                is(row, "truncated_prompt"));
    return new RowScore(number, row.doubleAt("loss"), is(row, "truncated"), choice, answer);
  }

  private static boolean is(Row row, String column) {
    return Boolean.TRUE.equals(row.value(row.schema().indexOf(column)));
  }
}
