package org.tributary.report;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.tributary.rows.Row;

/**
 * Runs that differ only in their seeds.
 *
 * @param name for people
 * @param index its place in the order of the report, which gives its colour and symbol
 * @param all its runs, without those that only try a learning rate
 * @param metric the score that decides
 * @param primary its value, with its uncertainty
 */
record Variant(String name, int index, List<RunHistory> all, Metric metric, Estimate primary) {
  /** A variant with the score that decides. */
  static Variant of(String name, int index, List<RunHistory> all, Metric metric) {
    Variant variant = new Variant(name, index, all, metric, null);
    return new Variant(name, index, all, metric, variant.estimate(metric));
  }

  /** The runs whose scores count: those that have ended; if none has, all of them. */
  List<RunHistory> runs() {
    List<RunHistory> ended = all.stream().filter(RunHistory::finished).toList();
    return ended.isEmpty() ? all : ended;
  }

  /** Whether at least one run has ended and was evaluated. */
  boolean finished() {
    return all.stream().anyMatch(run -> run.finished() && !Double.isNaN(run.last(metric)));
  }

  /** A score after the last round, over the seeds. */
  Estimate estimate(Metric of) {
    List<Double> values =
        runs().stream().map(run -> run.last(of)).filter(value -> !value.isNaN()).toList();
    return Estimate.of(values, of == Metric.ACCURACY && !personal(), rows());
  }

  /** The score that decides, by seed. */
  SortedMap<Long, Double> bySeed() {
    SortedMap<Long, Double> scores = new TreeMap<>();
    for (RunHistory run : runs()) {
      if (!Double.isNaN(run.last(metric))) {
        scores.put(run.seed(), run.last(metric));
      }
    }
    return scores;
  }

  /** Whether the score that decides is a share of independent rows. */
  boolean ofRows() {
    return metric == Metric.ACCURACY && !personal() && rows() > 0;
  }

  /** Rows that an evaluation scored. */
  long rows() {
    return runs().stream().mapToLong(RunHistory::scoredRows).max().orElse(0);
  }

  /** The part whose scores are shown. */
  String part() {
    return runs().get(0).part();
  }

  /** Whether every client has a model of its own. */
  boolean personal() {
    return runs().stream().anyMatch(RunHistory::personal);
  }

  /** Whether the runs do not federate; see {@link RunHistory#baseline}. */
  boolean baseline() {
    return runs().stream().allMatch(RunHistory::baseline);
  }

  /** Bytes of all clients in both directions, over all rounds; the mean over the seeds. */
  double bytes() {
    return mean(run -> run.total("bytes_up") + run.total("bytes_down"));
  }

  /** Seconds of all rounds: training, merging, evaluating; the mean over the seeds. */
  double seconds() {
    return mean(
        run ->
            run.total("seconds_train")
                + run.total("seconds_merge")
                + run.total("seconds_evaluate"));
  }

  /** The mean of a number over the runs that have it. */
  double mean(ToDoubleFunction<RunHistory> number) {
    return runs().stream()
        .mapToDouble(number)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  /** How many times a client was left out, over all runs. */
  long failures() {
    return all.stream().mapToLong(run -> (long) run.total("failed")).sum();
  }

  /** A column of {@code runs}, as text; of the first run. */
  String label(String column) {
    Row row = all.get(0).runs();
    return row.isNull(column) ? Numbers.NONE : row.text(column);
  }

  /** A variant equals only itself: comparing all rows of its runs would take long. */
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
