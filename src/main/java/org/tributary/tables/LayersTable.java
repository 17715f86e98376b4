package org.tributary.tables;

import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/**
 * The table {@code layers}: how the weights of each layer move in a round, of every client and of
 * the global model.
 */
public final class LayersTable {
  /** Its name. */
  public static final String NAME = "layers";

  private static final String OF_GLOBAL = "; null for a client";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column("layer", Type.STRING, "", "name of the layer; its matrix W is [m, n]"),
          new Column("outputs", Type.INT, "", "m"),
          new Column("inputs", Type.INT, "", "n"),
          number("norm", "Frobenius norm of the update U, the change of W in the round"),
          number("relative_norm", "norm / Frobenius norm of W before training"),
          number("largest", "the largest singular value σ_1 of U"),
          new Column(
              "rank_of_update",
              Type.INT,
              "",
              "number of σ_i above 1e-4 σ_1; null for a matrix above 2^24 numbers if that is more than --values"),
          number("stable_rank", "norm² / σ_1²; null for an update of zeros"),
          number(
              "effective_rank",
              "exp of the entropy of σ_i / Σ σ; null for an update of zeros, and for a matrix above 2^24 numbers"),
          number(
              "overlap_left",
              "mean cos² of the principal angles to the other clients' updates, of the first k left singular vectors; for the global model the mean over all pairs of clients; null with one client"),
          number("overlap_right", "the same for the right singular vectors"),
          number(
              "merge_error",
              "‖M - s B A‖ / ‖M‖ for the clients' mean product M = Σ p_k s_k B_k A_k and the means B, A of the factors; null without adapters of one rank, and for a client"),
          number(
              "cut_energy",
              "share of ‖M‖² beyond rank r, which FlexLoRA cuts; null without adapters, and for a client"),
          new Column(
              "sum_rank",
              Type.INT,
              "",
              "as rank_of_update, of the sum of all rounds' changes so far" + OF_GLOBAL),
          number("sum_norm", "Frobenius norm of the sum" + OF_GLOBAL),
          number("sum_stable_rank", "stable rank of the sum" + OF_GLOBAL),
          number("sum_effective_rank", "effective rank of the sum" + OF_GLOBAL),
          number(
              "gradient_norm",
              "Frobenius norm of the gradient G for W at the start of the round; null without --gradient, and for a client"),
          number(
              "gradient_in_lora",
              "share of ‖G‖² in the tangent space of B A at the round's B and A; null without --gradient or adapters, and for a client"),
          number(
              "gradient_in_galore",
              "share of ‖G‖² in the first k singular vectors of another gradient, which GaLore would take; null as gradient_norm"),
          number(
              "gradient_in_best",
              "share of ‖G‖² in its own first k singular vectors, the most for k; null as gradient_norm"),
          number(
              "drift",
              "‖W - W_c‖ / ‖W_c - W_0‖ after the round, W_c of the run of --central; null without --central, and for a client"));

  private LayersTable() {}

  private static Column number(String name, String meaning) {
    return new Column(name, Type.DOUBLE, "", meaning);
  }

  /**
   * What is measured of an update.
   *
   * @param norm see the table
   * @param relative see {@code relative_norm}
   * @param largest see the table
   * @param rank see {@code rank_of_update}; null if it is not known
   * @param stable see {@code stable_rank}; null for an update of zeros
   * @param effective see {@code effective_rank}
   * @param left see {@code overlap_left}
   * @param right see {@code overlap_right}
   */
  public record Size(
      double norm,
      double relative,
      double largest,
      Integer rank,
      Double stable,
      Double effective,
      Double left,
      Double right) {}

  /**
   * What is measured of the merge and of the global model.
   *
   * @param mergeError see the table
   * @param cut see {@code cut_energy}
   * @param sum of all rounds' changes
   * @param drift see the table
   */
  public record Global(Double mergeError, Double cut, Size sum, Double drift) {}

  /**
   * Shares of a gradient.
   *
   * @param norm see {@code gradient_norm}
   * @param lora see {@code gradient_in_lora}
   * @param galore see {@code gradient_in_galore}
   * @param best see {@code gradient_in_best}
   */
  public record Gradient(Double norm, Double lora, Double galore, Double best) {
    /** Nothing was measured. */
    public static final Gradient NONE = new Gradient(null, null, null, null);
  }

  /**
   * One row.
   *
   * @param layer its name
   * @param outputs m
   * @param inputs n
   * @param client null for the global model
   * @param size of the update
   * @param global null for a client
   */
  public record Entry(
      String layer, int outputs, int inputs, String client, Size size, Global global) {}

  static Row row(RunLabels labels, int round, Entry e, Gradient gradient) {
    Size size = e.size();
    Global global = e.global() == null ? new Global(null, null, null, null) : e.global();
    Size sum = global.sum();
    return labels.row(
        SCHEMA,
        round,
        e.client(),
        e.layer(),
        e.outputs(),
        e.inputs(),
        size.norm(),
        size.relative(),
        size.largest(),
        size.rank(),
        size.stable(),
        size.effective(),
        size.left(),
        size.right(),
        global.mergeError(),
        global.cut(),
        sum == null ? null : sum.rank(),
        sum == null ? null : sum.norm(),
        sum == null ? null : sum.stable(),
        sum == null ? null : sum.effective(),
        gradient.norm(),
        gradient.lora(),
        gradient.galore(),
        gradient.best(),
        global.drift());
  }
}
