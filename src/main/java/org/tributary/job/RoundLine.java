package org.tributary.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.evaluation.Evaluation;
import org.tributary.federation.RoundListener.Phase;
import org.tributary.tables.RoundSummary;

/** What a person reads about a round: its scores and times in one line, its phase in one word. */
final class RoundLine {
  private RoundLine() {}

  /** What comes after a phase was reached. */
  static String now(Phase phase) {
    return switch (phase) {
      case STARTED -> "starting clients";
      case TRAINED -> "checking updates";
      case ACCEPTED -> "merging";
      case MERGED -> "evaluating";
      case EVALUATED -> "writing tables";
      case TABLED, CLOSED -> "done";
    };
  }

  /** A closed round. */
  static String of(RoundSummary s, int rounds) {
    return String.format(
        Locale.ROOT,
        "round %d/%d: %d of %d clients, loss %.4f%s; train %.1f s, merge %.1f s, evaluate %.1f s",
        s.round() + 1,
        rounds,
        s.accepted().size(),
        s.cohort().size(),
        s.loss(),
        scores(s.evaluations()),
        s.secondsTrain(),
        s.secondsMerge(),
        s.secondsEvaluate());
  }

  /** The scores of each part; of personal models their means. */
  static String scores(List<Evaluation> evaluations) {
    Map<String, List<Evaluation>> parts = new LinkedHashMap<>();
    evaluations.forEach(e -> parts.computeIfAbsent(e.part(), p -> new ArrayList<>()).add(e));
    StringBuilder line = new StringBuilder();
    parts.forEach(
        (part, models) -> {
          line.append(", ").append(part);
          if (models.get(0).client() != null) {
            line.append(" (mean of %d clients' models)".formatted(models.size()));
          }
          means(models)
              .forEach(
                  (name, score) ->
                      line.append(String.format(Locale.ROOT, " %s %.4f", name, score)));
        });
    return line.toString();
  }

  private static SortedMap<String, Double> means(List<Evaluation> models) {
    SortedMap<String, Double> means = new TreeMap<>();
    for (Evaluation model : models) {
      model
          .scores()
          .forEach((name, score) -> means.merge(name, score / models.size(), Double::sum));
    }
    return means;
  }
}
