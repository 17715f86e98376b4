package org.tributary.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table of a page. The first cell of each row is its header. */
final class HtmlTable {
  private final String id;
  private final String caption;
  private final List<Cell> head;
  private final List<List<Cell>> rows = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param id in the page
   * @param caption says what it has
   * @param head the columns
   */
  HtmlTable(String id, String caption, List<Cell> head) {
    this.id = id;
    this.caption = caption;
    this.head = head;
  }

  /**
   * A cell.
   *
   * @param text as people read it
   * @param value the whole value of a number, for programs; null for text
   * @param deviation the whole standard deviation of a mean; null if there is none
   * @param numeric whether it is set to the right
   */
  record Cell(String text, String value, String deviation, boolean numeric) {
    /** A text. */
    static Cell text(String text) {
      return new Cell(text == null ? Numbers.NONE : text, null, null, false);
    }

    /** The head of a column of numbers. */
    static Cell head(String text) {
      return new Cell(text, null, null, true);
    }

    /** A number with the text that stands for it; nothing but a dash for NaN. */
    static Cell number(double value, String text) {
      return Double.isNaN(value)
          ? new Cell(Numbers.NONE, null, null, true)
          : new Cell(text, Double.toString(value), null, true);
    }

    /** A mean with its standard deviation; without one, a number. */
    static Cell mean(double mean, double deviation) {
      return Double.isNaN(mean) || Double.isNaN(deviation)
          ? score(mean)
          : new Cell(
              Numbers.score(mean) + " ± " + Numbers.score(deviation),
              Double.toString(mean),
              Double.toString(deviation),
              true);
    }

    /** A count. */
    static Cell count(long value) {
      return new Cell(Numbers.count(value), Long.toString(value), null, true);
    }

    /** A score. */
    static Cell score(double value) {
      return number(value, Numbers.score(value));
    }

    private String html() {
      String escaped = Html.escape(text);
      return value == null
          ? escaped
          : "<data value=\"%s\">%s</data>".formatted(Html.escape(value), escaped);
    }
  }

  /** Adds a row with one cell for each column. */
  void row(Cell... cells) {
    row(Arrays.asList(cells));
  }

  /** Adds a row with one cell for each column. */
  void row(List<Cell> cells) {
    if (cells.size() != head.size()) {
      throw new IllegalArgumentException(
          "%s cells for %s columns of %s".formatted(cells.size(), head.size(), id));
    }
    rows.add(cells);
  }

  /** What it has, in words. */
  String caption() {
    return caption;
  }

  /** The heads of the columns. */
  List<Cell> head() {
    return head;
  }

  /** The rows. */
  List<List<Cell>> rows() {
    return rows;
  }

  /** Whether it has no rows. */
  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The table in a frame that scrolls by itself, also with the keyboard. */
  String html() {
    StringBuilder html = new StringBuilder();
    html.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
        .append(Html.escape(caption))
        .append("\">\n<table id=\"")
        .append(Html.escape(id))
        .append("\">\n<caption><span>")
        .append(Html.escape(caption))
        .append("</span></caption>\n<thead><tr>");
    head.forEach(cell -> html.append(cell("th scope=\"col\"", "th", cell)));
    html.append("</tr></thead>\n<tbody>\n");
    for (List<Cell> row : rows) {
      html.append("<tr>");
      for (int i = 0; i < row.size(); i++) {
        html.append(
            i == 0 ? cell("th scope=\"row\"", "th", row.get(i)) : cell("td", "td", row.get(i)));
      }
      html.append("</tr>\n");
    }
    return html.append("</tbody>\n</table>\n</div>\n").toString();
  }

  private static String cell(String open, String close, Cell cell) {
    return "<%s%s>%s</%s>"
        .formatted(open, cell.numeric() ? " class=\"n\"" : "", cell.html(), close);
  }
}
