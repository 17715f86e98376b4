package org.tributary.report;

import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.tributary.report.HtmlTable.Cell;

/** What quality is bought with, in a plot of one against the other. */
enum Cost {
  /** Megabytes that all clients send and receive in all rounds. */
  BYTES("MB total", "megabytes of all clients, both directions, all rounds", v -> v.bytes() / 1e6),
  /** Seconds of all rounds. */
  SECONDS("seconds", "seconds of all rounds: training, merging and evaluating", Variant::seconds);

  private final String axis;
  private final String meaning;
  private final ToDoubleFunction<Variant> value;

  Cost(String axis, String meaning, ToDoubleFunction<Variant> value) {
    this.axis = axis;
    this.meaning = meaning;
    this.value = value;
  }

  /** Its name in titles and ids. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The name of the axis, with the unit. */
  String axis() {
    return axis;
  }

  /** What it sums. */
  String meaning() {
    return meaning;
  }

  /** Of a variant, in the unit of the axis. */
  double of(Variant v) {
    return value.applyAsDouble(v);
  }

  /** A cell of a table with whole numbers: bytes, or seconds. */
  Cell cell(Variant v) {
    return this == BYTES
        ? ScoresSection.megabytes(v.bytes())
        : Cell.number(v.seconds(), Numbers.seconds(v.seconds()));
  }
}
