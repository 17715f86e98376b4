package org.tributary.job;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tributary.config.CompareConfig;
import org.tributary.config.SearchSection;

/**
 * The learning rates of a search, and what to try next: first every rate of the first grid, then,
 * while the best rate lies at an edge of those that were tried, the rate beyond it. Scores alone
 * decide, so that equal scores give an equal search.
 *
 * @param first rates of the first grid; empty if nothing is searched
 * @param factor between an edge and the rate beyond it; 0 if the grid does not widen
 * @param most the most rates that are tried
 * @param smallerIsBetter whether a smaller score is better, as of a loss
 */
record RateGrid(List<String> first, double factor, int most, boolean smallerIsBetter) {
  /** Digits of a rate that follows from another one. */
  private static final MathContext DIGITS = new MathContext(3);

  /** An end of the rates that were tried. */
  enum Edge {
    SMALLEST,
    LARGEST
  }

  /**
   * The rates of a variant.
   *
   * @param config of the comparison
   * @param variant its name
   * @param configured its configured rate, the middle of the first grid if it has no {@code rates}
   */
  static RateGrid of(CompareConfig config, String variant, double configured) {
    List<String> rates = config.rates().getOrDefault(variant, List.of());
    SearchSection search = config.search();
    if (search == null) {
      return new RateGrid(rates, 0, rates.size(), config.smallerIsBetter());
    }
    List<String> first = rates.isEmpty() ? around(configured, search) : rates;
    return new RateGrid(first, search.factor(), search.most(), config.smallerIsBetter());
  }

  private static List<String> around(double configured, SearchSection search) {
    List<String> grid = new ArrayList<>(List.of(text(BigDecimal.valueOf(configured))));
    while (grid.size() < search.points()) {
      int end = grid.size() % 2 == 1 ? 0 : grid.size() - 1;
      Optional<String> next = beyond(grid.get(end), search.factor(), end == 0);
      if (next.isEmpty()) {
        break;
      }
      grid.add(end == 0 ? 0 : grid.size(), next.get());
    }
    return grid;
  }

  /** A rate times or by the factor, with three digits; empty outside the range of numbers. */
  private static Optional<String> beyond(String rate, double factor, boolean smaller) {
    BigDecimal value = new BigDecimal(rate);
    BigDecimal by = BigDecimal.valueOf(factor);
    BigDecimal next = smaller ? value.divide(by, DIGITS) : value.multiply(by, DIGITS);
    double number = next.doubleValue();
    return number > 0 && Double.isFinite(number) ? Optional.of(text(next)) : Optional.empty();
  }

  /** A number such as 3.33e-4, which YAML reads as one. */
  private static String text(BigDecimal value) {
    BigDecimal plain = value.stripTrailingZeros();
    String digits = plain.unscaledValue().toString();
    int exponent = digits.length() - 1 - plain.scale();
    return "%c.%se%s%d"
        .formatted(
            digits.charAt(0),
            digits.length() > 1 ? digits.substring(1) : "0",
            exponent < 0 ? "-" : "+",
            Math.abs(exponent));
  }

  /** Every rate that the search can choose, the smallest one first if it can widen. */
  List<String> possible() {
    if (factor == 0 || first.isEmpty()) {
      return first;
    }
    List<String> possible = sorted(first);
    for (int more = first.size(); more < most; more++) {
      beyond(possible.get(0), factor, true).ifPresent(rate -> possible.add(0, rate));
      beyond(possible.get(possible.size() - 1), factor, false).ifPresent(possible::add);
    }
    return possible;
  }

  private static List<String> sorted(Iterable<String> rates) {
    List<String> sorted = new ArrayList<>();
    rates.forEach(sorted::add);
    sorted.sort(Comparator.comparing(BigDecimal::new));
    return sorted;
  }

  /**
   * The rate to try next.
   *
   * @param scores of the rates that were tried, in their order; one that is not finite is worst
   * @return empty if the search has ended
   */
  Optional<String> next(Map<String, Double> scores) {
    for (String rate : first) {
      if (!scores.containsKey(rate)) {
        return Optional.of(rate);
      }
    }
    if (factor == 0 || scores.size() >= most) {
      return Optional.empty();
    }
    return edge(scores).flatMap(edge -> beyond(end(scores, edge), factor, edge == Edge.SMALLEST));
  }

  private static String end(Map<String, Double> scores, Edge edge) {
    List<String> tried = sorted(scores.keySet());
    return tried.get(edge == Edge.SMALLEST ? 0 : tried.size() - 1);
  }

  /**
   * The rate with the best score; of several with the same, the smallest one, or without a search
   * the one that is listed first.
   *
   * @param scores see {@link #next}
   * @return empty if no score is finite
   */
  Optional<String> best(Map<String, Double> scores) {
    List<String> order = factor == 0 ? List.copyOf(scores.keySet()) : sorted(scores.keySet());
    String best = null;
    for (String rate : order) {
      double score = scores.get(rate);
      if (Double.isFinite(score)
          && (best == null
              || (smallerIsBetter ? score < scores.get(best) : score > scores.get(best)))) {
        best = rate;
      }
    }
    return Optional.ofNullable(best);
  }

  /**
   * The edge of the tried rates at which the best one lies. If all failed it is the smallest, since
   * large rates diverge. A single rate is at both edges; smaller ones are tried first.
   *
   * @param scores see {@link #next}
   * @return empty if the best rate has tried ones on both sides
   */
  Optional<Edge> edge(Map<String, Double> scores) {
    Optional<String> best = best(scores);
    if (best.isEmpty() || best.get().equals(end(scores, Edge.SMALLEST))) {
      return Optional.of(Edge.SMALLEST);
    }
    return best.get().equals(end(scores, Edge.LARGEST))
        ? Optional.of(Edge.LARGEST)
        : Optional.empty();
  }
}
