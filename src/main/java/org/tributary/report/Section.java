package org.tributary.report;

import java.util.List;

/**
 * A part of the page.
 *
 * @param id in the page
 * @param title its heading
 * @param lead what it says, in a sentence or two; plain text
 * @param figures plots with their tables
 * @param html what follows
 */
record Section(String id, String title, String lead, List<Figure> figures, String html) {
  /**
   * A plot with its table.
   *
   * @param plot the plot
   * @param table has the same numbers
   */
  record Figure(Plot plot, HtmlTable table) {}

  /** A section without plots. */
  static Section of(String id, String title, String lead, String html) {
    return new Section(id, title, lead, List.of(), html);
  }
}
