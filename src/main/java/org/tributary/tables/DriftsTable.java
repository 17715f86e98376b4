package org.tributary.tables;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;
import org.tributary.run.RunFolder;

/**
 * The table {@code drifts} of a comparison: one row for each run, with how far its weights moved,
 * where to compared with central training, and how that scores.
 */
public final class DriftsTable {
  /** Its name. */
  public static final String NAME = "drifts";

  private static final String PERSONAL = "; null if clients have models of their own";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column(
              "central",
              Type.STRING,
              "",
              "the run with W_c: the central variant's with the same seed and partition"),
          new Column("layers", Type.INT, "", "number of layers"),
          number("moved", "‖U‖ / ‖W_0‖" + PERSONAL),
          number("central_moved", "‖C‖ / ‖W_0‖"),
          number("drift", "‖W - W_c‖ / ‖C‖; null if C is 0, and as moved"),
          number("cosine", "⟨U, C⟩ / (‖U‖ ‖C‖); null if U or C is 0, and as moved"),
          number(
              "outside",
              "share of the squared change of all shared weights that is in embeddings, norms, biases and the classifier; null with --layers, if nothing moved, and as moved"),
          number(
              "sum_rank",
              "mean over the layers that moved of the number of σ_i(U) above 1e-4 σ_1; null if none moved, and as moved"),
          number("sum_stable_rank", "mean of the stable ranks; null as sum_rank"),
          number("sum_effective_rank", "mean of the effective ranks; null as sum_rank"),
          new Column(
              "compared_rank",
              Type.INT,
              "",
              "r: --rank, or the largest rank of the comparison's adapters, or 8"),
          number(
              "in_rank",
              "share of ‖U‖² in the first r singular values of each layer; null if U is 0, and as moved"),
          number(
              "central_in_rank",
              "the same share of ‖C‖², the most that adapters of rank r on all layers can hold of it; null if C is 0"),
          number(
              "reachable",
              "the most of ‖C‖² that this run's parameters can hold: of a trained weight all, of an adapter's layer the first singular values up to its rank, of other layers nothing; null as drift"),
          new Column(
              "part",
              Type.STRING,
              "",
              "whose rows give the scores: test, or validation if there are no test scores; null without scores after the round"),
          number("loss", "after the round, with personal models their mean; null without one"),
          number("accuracy", "after the round; null for language models, and as loss"),
          number(
              "loss_difference",
              "to the run of the key baseline with the same seed and partition; null without one, and as loss"),
          number("accuracy_difference", "the same; null as accuracy"));

  private DriftsTable() {}

  private static Column number(String name, String meaning) {
    return new Column(name, Type.DOUBLE, "", meaning);
  }

  /**
   * Where a run went.
   *
   * @param moved see the table
   * @param drift see the table; null as there
   * @param cosine see the table; null as there
   * @param outside see the table; null as there
   * @param ranks of the change; null if nothing moved
   * @param inRank see {@code in_rank}; null as there
   * @param reachable see the table; null as there
   */
  public record Moved(
      double moved,
      Double drift,
      Double cosine,
      Double outside,
      Ranks ranks,
      Double inRank,
      Double reachable) {}

  /**
   * Means over the layers that moved.
   *
   * @param rank see {@code sum_rank}
   * @param stable see {@code sum_stable_rank}
   * @param effective see {@code sum_effective_rank}
   */
  public record Ranks(double rank, double stable, double effective) {}

  /**
   * What a run is compared with.
   *
   * @param run the central run's name
   * @param layers how many
   * @param moved see {@code central_moved}
   * @param rank r
   * @param inRank see {@code central_in_rank}; null as there
   */
  public record Central(String run, int layers, double moved, int rank, Double inRank) {}

  /**
   * One row.
   *
   * @param labels of the run
   * @param round after which it is measured
   * @param central what it is compared with
   * @param moved null if clients have models of their own
   * @param scores after the round
   * @param baseline those of the baseline's run; null without one
   */
  public record Entry(
      RunLabels labels,
      int round,
      Central central,
      Moved moved,
      RoundScores scores,
      RoundScores baseline) {

    Row row() {
      Ranks ranks = moved == null ? null : moved.ranks();
      return labels.row(
          SCHEMA,
          round,
          null,
          central.run(),
          central.layers(),
          moved == null ? null : moved.moved(),
          central.moved(),
          moved == null ? null : moved.drift(),
          moved == null ? null : moved.cosine(),
          moved == null ? null : moved.outside(),
          ranks == null ? null : ranks.rank(),
          ranks == null ? null : ranks.stable(),
          ranks == null ? null : ranks.effective(),
          central.rank(),
          moved == null ? null : moved.inRank(),
          central.inRank(),
          moved == null ? null : moved.reachable(),
          scores.part(),
          scores.loss(),
          scores.accuracy(),
          lossDifference(),
          accuracyDifference());
    }

    /**
     * The loss minus that of the baseline's run.
     *
     * @return null without one of them
     */
    public Double lossDifference() {
      return baseline == null ? null : difference(scores.loss(), baseline.loss());
    }

    /**
     * The accuracy minus that of the baseline's run.
     *
     * @return null without one of them
     */
    public Double accuracyDifference() {
      return baseline == null ? null : difference(scores.accuracy(), baseline.accuracy());
    }

    private static Double difference(Double one, Double other) {
      return one == null || other == null ? null : Double.valueOf(one - other);
    }
  }

  /**
   * Writes the table, or replaces it if it has changed.
   *
   * @param store reaches it
   * @param folder that has the folder of tables
   * @param entries its rows
   * @throws IOException if the file system fails
   */
  public static void write(Store store, Path folder, List<Entry> entries) throws IOException {
    TableFile.replace(store, file(folder), SCHEMA, entries.stream().map(Entry::row).toList());
  }

  /**
   * Reads the table.
   *
   * @param store reaches it
   * @param folder that has the folder of tables
   * @return its rows; empty without it
   * @throws IOException if the file system fails
   */
  public static List<Row> read(Store store, Path folder) throws IOException {
    return TableFile.read(store, file(folder));
  }

  /**
   * The file of the table.
   *
   * @param folder that has the folder of tables
   * @return its path
   */
  public static Path file(Path folder) {
    return new Path(new Path(new RunFolder(folder).tables(), NAME), NAME + ".parquet");
  }
}
