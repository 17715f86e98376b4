package org.tributary.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a report says first: which variant is best, by how much, and how certain that is. */
final class Answer {
  /** More variants than these are counted, not named. */
  private static final int NAMED = 4;

  private final Subject subject;
  private final Ranking ranking;
  private final Metric metric;

  Answer(Subject subject, Ranking ranking) {
    this.subject = subject;
    this.ranking = ranking;
    metric = ranking.metric();
  }

  /** The answer in one sentence. */
  String sentence() {
    List<Variant> ranked = ranking.ranked();
    if (ranking.variants().size() == 1 && plannedVariants() == 1) {
      return one(ranking.variants().get(0));
    }
    if (ranked.isEmpty()) {
      return "No run has ended with a score yet: %s.".formatted(state());
    }
    if (!ranking.obstacles().isEmpty()) {
      return "These runs cannot be ranked, because their %s differ."
          .formatted(String.join("; and their ", ranking.obstacles()));
    }
    Variant best = ranked.get(0);
    String so = unfinished() > 0 ? "So far, " : "";
    if (ranked.size() == 1) {
      String rest =
          unfinished() > 0
              ? "no other federated variant has ended"
              : baselines().isEmpty() ? "no other variant has a score" : baselines();
      return "%s%s has a %s of %s; %s."
          .formatted(so, best.name(), scoreName(best), score(best), rest);
    }
    return "%s%s has the %s %s: %s%s."
        .formatted(
            so,
            best.name(),
            metric.largerIsBetter() ? "highest" : "lowest",
            scoreName(best),
            score(best),
            others(ranked));
  }

  /** What else one needs to know to judge the sentence. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (unfinished() > 0) {
      notes.add("The runs have not all ended: %s.".formatted(state()));
    }
    notes.addAll(diverged());
    if (!ranking.inequalities().isEmpty()) {
      notes.add(
          "The runs are not on equal terms: they differ in %s."
              .formatted(String.join(", in ", ranking.inequalities())));
    }
    if (chosenByShownRows()) {
      notes.add(
          "Scores are on validation rows, which also chose learning rates or rounds, so they are too good; evaluate test rows to see how much.");
    }
    if (!ranking.ranked().isEmpty() && ranking.obstacles().isEmpty()) {
      notes.addAll(uncertainty(ranking.ranked()));
      if (!baselines().isEmpty() && (ranking.ranked().size() > 1 || unfinished() > 0)) {
        notes.add(Numbers.capital(baselines()) + ".");
      }
    }
    return notes;
  }

  private static String rounds(RunHistory run) {
    String rounds = Numbers.counted(run.closed(), "round", "rounds");
    return run.result().orElse(run.closed()) == run.closed()
        ? rounds
        : "round %s of %s".formatted(run.result().getAsInt(), rounds);
  }

  private boolean chosenByShownRows() {
    boolean chosen =
        !subject.trials().isEmpty()
            || subject.compared().stream()
                .anyMatch(run -> run.result().orElse(run.closed()) != run.closed());
    return chosen
        && subject.compared().stream()
            .anyMatch(run -> run.scoredRows() > 0 && run.part().equals("validation"));
  }

  /** Runs that end without a score do not count in a mean, which then looks better than it is. */
  private List<String> diverged() {
    List<String> notes = new ArrayList<>();
    for (Variant variant : ranking.variants()) {
      long lost =
          variant.all().stream()
              .filter(run -> run.finished() && Double.isNaN(run.last(metric)))
              .count();
      if (lost > 0) {
        notes.add(
            "%s: %s of %s ended without a finite %s and %s not in its scores."
                .formatted(
                    variant.name(),
                    lost,
                    Numbers.counted(variant.all().size(), "run", "runs"),
                    scoreName(variant),
                    lost == 1 ? "is" : "are"));
      }
    }
    return notes;
  }

  /** The scores of what does not federate; empty if there is nothing. */
  private String baselines() {
    return ranking.baselines().isEmpty()
        ? ""
        : "without federation: "
            + ranking.baselines().stream()
                .map(v -> v.name() + " " + metric.text(v.primary().mean()))
                .collect(Collectors.joining(", "));
  }

  private String one(Variant variant) {
    RunHistory run = variant.runs().get(0);
    if (Double.isNaN(variant.primary().mean())) {
      return variant.all().stream().allMatch(RunHistory::finished)
          ? "%s has ended without a finite %s.".formatted(variant.name(), scoreName(variant))
          : "%s has not been evaluated yet: %s.".formatted(variant.name(), state());
    }
    String begun =
        Optional.ofNullable(run.scores(metric, run.part()).get(0))
            .map(start -> "; before training it was " + metric.text(start))
            .orElse("");
    return "%s reaches a %s of %s after %s%s%s."
        .formatted(
            variant.name(),
            scoreName(variant),
            score(variant),
            rounds(run),
            run.finished() ? "" : " of " + run.planned(),
            variant.runs().size() == 1 ? begun : "");
  }

  /** Such as 0.675 (mean of 3 seeds, 95 % interval 0.648 to 0.701). */
  private String score(Variant variant) {
    Estimate estimate = variant.primary();
    String seeds =
        estimate.seeds() > 1
            ? "mean of %s seeds".formatted(estimate.seeds())
            : "one seed, " + Numbers.counted(variant.rows(), "row", "rows");
    String interval =
        estimate.hasInterval()
            ? "95 %% interval %s to %s"
                .formatted(metric.text(estimate.low()), metric.text(estimate.high()))
            : "its uncertainty is unknown";
    return "%s (%s, %s)".formatted(metric.text(estimate.mean()), seeds, interval);
  }

  private String scoreName(Variant variant) {
    return variant.part() + " " + metric.title();
  }

  /** Which others are within the uncertainty, and which are not. */
  private String others(List<Variant> ranked) {
    List<String> open = new ArrayList<>();
    List<String> worse = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (Variant variant : ranked.subList(1, ranked.size())) {
      Difference difference = ranking.difference(variant);
      String named = "%s (%s)".formatted(variant.name(), metric.text(variant.primary().mean()));
      (difference.certain() ? worse : difference.hasInterval() ? open : unknown).add(named);
    }
    StringBuilder text = new StringBuilder();
    if (!open.isEmpty()) {
      text.append("; the difference to ").append(list(open)).append(" is within the uncertainty");
    }
    if (!worse.isEmpty()) {
      text.append("; ").append(list(worse)).append(worse.size() == 1 ? " is " : " are ");
      text.append(metric.largerIsBetter() ? "lower" : "higher");
      text.append(" by more than the uncertainty");
    }
    if (!unknown.isEmpty()) {
      text.append("; the uncertainty of its lead over ")
          .append(list(unknown))
          .append(" is unknown");
    }
    return text.toString();
  }

  private List<String> uncertainty(List<Variant> ranked) {
    List<String> notes = new ArrayList<>();
    Variant best = ranked.get(0);
    String rows = "%s %s rows".formatted(Numbers.count(best.rows()), best.part());
    int seeds = best.primary().seeds();
    if (seeds > 1) {
      notes.add(
          "Scores are means of %s seeds on %s; intervals are Student's, over the seeds. They say how much training varies, not how much other rows would change the score."
              .formatted(seeds, rows));
      if (seeds < 5) {
        notes.add(
            "With only %s seeds the intervals are wide: only large differences can be told from chance."
                .formatted(seeds));
      }
    } else if (best.primary().hasInterval()) {
      notes.add(
          "There is one seed. The interval is Wilson's, for %s; how much training varies from seed to seed is unknown."
              .formatted(rows));
    } else {
      notes.add(
          "There is one seed, and %s are scored: how much the score varies is unknown."
              .formatted(rows));
    }
    int others = ranked.size() - 1 + ranking.baselines().size();
    if (others > 1 && ranked.size() > 1) {
      notes.add(
          "Differences to the best variant are judged at a level of 95 %% for all %s of them together (Bonferroni)."
              .formatted(others));
    }
    if (ranked.stream().map(v -> v.primary().seeds()).distinct().count() > 1) {
      notes.add("The variants do not have the same number of seeds yet.");
    }
    return notes;
  }

  private static String list(List<String> names) {
    List<String> shown = new ArrayList<>(names.subList(0, Math.min(NAMED, names.size())));
    if (names.size() > NAMED) {
      shown.add(Numbers.counted(names.size() - NAMED, "other", "others"));
    }
    String last = shown.remove(shown.size() - 1);
    return shown.isEmpty() ? last : String.join(", ", shown) + " and " + last;
  }

  private int plannedVariants() {
    return subject.comparison().map(Subject.Comparison::arms).orElse(1);
  }

  private long planned() {
    return subject.comparison().isPresent()
        ? subject.comparison().get().planned()
        : subject.compared().size();
  }

  private long unfinished() {
    return planned() - subject.compared().stream().filter(RunHistory::finished).count();
  }

  /** How far the runs are. */
  private String state() {
    long planned = planned();
    if (planned == 1 && subject.compared().size() == 1) {
      RunHistory run = subject.compared().get(0);
      return "%s of %s are closed"
          .formatted(run.closed(), Numbers.counted(run.planned(), "round", "rounds"));
    }
    return "%s of %s have ended"
        .formatted(planned - unfinished(), Numbers.counted(planned, "run", "runs"));
  }
}
