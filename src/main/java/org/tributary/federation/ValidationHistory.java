package org.tributary.federation;

import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.evaluation.Evaluation;
import org.tributary.run.RunFolder;
import org.tributary.tables.RoundSummary;

/** The validation loss of the closed rounds: which is the best one, and whether it still falls. */
final class ValidationHistory {
  private final SortedMap<Integer, Double> losses = new TreeMap<>();

  /** Adds a closed round, from its {@code round.json}. */
  void add(Store store, RunFolder folder, int round) throws IOException {
    add(JsonFiles.read(store, folder.roundJson(round), RoundSummary.class));
  }

  void add(RoundSummary summary) {
    loss(summary.evaluations()).ifPresent(loss -> losses.put(summary.round(), loss));
  }

  private static OptionalDouble loss(List<Evaluation> evaluations) {
    return evaluations.stream()
        .filter(e -> e.part().equals("validation"))
        .mapToDouble(e -> e.scores().get("loss"))
        .average();
  }

  /** The first of the rounds with the lowest loss; empty if no round has a loss that is finite. */
  OptionalInt best() {
    Integer best = null;
    for (Integer round : losses.keySet()) {
      double loss = losses.get(round);
      if (Double.isFinite(loss) && (best == null || loss < losses.get(best))) {
        best = round;
      }
    }
    return best == null ? OptionalInt.empty() : OptionalInt.of(best);
  }

  /**
   * Whether the loss has not fallen for long.
   *
   * @param patience evaluations after the best one after which the run stops; 0 for never
   */
  boolean isOver(int patience) {
    OptionalInt best = best();
    return patience > 0
        && (best.isEmpty()
            ? losses.size() >= patience
            : losses.tailMap(best.getAsInt() + 1).size() >= patience);
  }
}
