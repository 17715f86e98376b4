package org.tributary.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A plot as data; {@code report.js} draws it. The same numbers are in the table behind it.
 *
 * @param id in the page
 * @param kind of plot: see {@link Kind}
 * @param title says what it shows
 * @param x horizontal axis
 * @param y vertical axis
 * @param series in the order of the legend
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Plot(String id, Kind kind, String title, Axis x, Axis y, List<Series> series) {
  /** How series are drawn. */
  enum Kind {
    /** Points [x, low, y, high] joined by a line, with a band from low to high. */
    CURVES,
    /** Points [x, y], and a line that is a series of its own. */
    SCATTER,
    /** One row for each category: points [x, category, low, high], with a bar from low to high. */
    INTERVALS,
    /** One row for each category: many points [x, category]. */
    STRIPS,
    /** One stacked bar for each category: lengths [x, category]. */
    BARS
  }

  /**
   * An axis.
   *
   * @param name with its unit
   * @param log whether it is logarithmic if the values span more than a decade or so
   * @param categories names of its rows from the top; null for numbers
   * @param share whether values are shares of rows, shown as percentages
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Axis(String name, boolean log, List<String> categories, boolean share) {
    static Axis of(String name) {
      return new Axis(name, false, null, false);
    }

    static Axis log(String name) {
      return new Axis(name, true, null, false);
    }

    static Axis rows(List<String> categories) {
      return new Axis("", false, categories, false);
    }
  }

  /**
   * A series.
   *
   * @param name in the legend
   * @param style the variant's index, which gives colour, symbol and dashes; -1 for grey
   * @param line whether a line joins the points of a {@link Kind#SCATTER}
   * @param points see {@link Kind}; null for what there is not
   * @param names of the points, for labels and tooltips; null if they have none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Series(
      String name, int style, boolean line, List<List<Double>> points, List<String> names) {}
}
