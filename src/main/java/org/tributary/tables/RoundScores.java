package org.tributary.tables;

import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import org.tributary.checkpoint.Store;
import org.tributary.rows.Row;
import org.tributary.run.RunFolder;

/**
 * The scores of a run after one of its rounds, on test rows if it has scores there.
 *
 * @param part {@code test} or {@code validation}; null without scores
 * @param loss null without one
 * @param accuracy null without one
 */
public record RoundScores(String part, Double loss, Double accuracy) {
  /**
   * Reads the table {@code evals}.
   *
   * @param store reaches it
   * @param folder of the run
   * @param round counted from 1
   * @return scores; with personal models their means
   * @throws IOException if the file system fails
   */
  public static RoundScores of(Store store, RunFolder folder, int round) throws IOException {
    List<Row> all =
        TableFile.read(store, TablesFolder.of(store, folder).file(EvalsTable.NAME, round));
    String part =
        all.stream().anyMatch(row -> row.text("part").equals("test")) ? "test" : "validation";
    List<Row> rows =
        all.stream()
            .filter(row -> row.text("part").equals(part))
            .filter(row -> !row.text("model").equals("global") || row.isNull("client"))
            .toList();
    return rows.isEmpty()
        ? new RoundScores(null, null, null)
        : new RoundScores(part, mean(rows, "loss"), mean(rows, "accuracy"));
  }

  private static Double mean(List<Row> rows, String score) {
    if (!rows.stream().allMatch(row -> row.has(score))) {
      return null;
    }
    OptionalDouble mean = rows.stream().mapToDouble(row -> row.doubleAt(score)).average();
    return mean.isPresent() && Double.isFinite(mean.getAsDouble()) ? mean.getAsDouble() : null;
  }
}
