package org.tributary.rows.raw;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The result of surveying a piece. It is not a record and uses only plain collections, so that Kryo
 * can serialize it if the cluster uses Kryo.
 */
public final class SplitSummary implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int NAMED = 10;

  private final LinkedHashMap<String, ColumnKind> columns = new LinkedHashMap<>();
  private final ArrayList<Long> badLines = new ArrayList<>();
  private final ArrayList<String> badReasons = new ArrayList<>();
  private final ArrayList<Long> groups = new ArrayList<>();
  private long bad;
  private long rows;
  private long lines;
  private char separator;
  private String failure;

  /**
   * The columns that rows have.
   *
   * @return the type of each, in the order of their first occurrence
   */
  public Map<String, ColumnKind> columns() {
    return columns;
  }

  /**
   * The number of usable rows in the piece.
   *
   * @return the number without unusable rows
   */
  public long rows() {
    return rows;
  }

  /**
   * The number of all surveyed rows.
   *
   * @return the number, including unusable rows
   */
  public long looked() {
    return rows + bad;
  }

  /**
   * The number of unusable rows.
   *
   * @return how many
   */
  public long bad() {
    return bad;
  }

  /**
   * The number of lines in the piece.
   *
   * @return the number for JSON lines; else 0
   */
  public long lines() {
    return lines;
  }

  /**
   * The separator between a row's fields.
   *
   * @return the separator of CSV; else 0
   */
  public char separator() {
    return separator;
  }

  /**
   * Whether pieces are ranges of rows, so that any range can be read.
   *
   * @return true for Parquet
   */
  public boolean isCutByRows() {
    return !groups.isEmpty();
  }

  /** Row groups of Parquet: rows, then bytes, of each. */
  List<Long> groups() {
    return groups;
  }

  /**
   * The first rows that cannot be used.
   *
   * @param before number of lines in the file before the piece
   * @return the location and the reason of each
   */
  public List<String> named(long before) {
    List<String> named = new ArrayList<>();
    for (int i = 0; i < badLines.size(); i++) {
      named.add("line %d %s".formatted(before + badLines.get(i), badReasons.get(i)));
    }
    return named;
  }

  /**
   * Why the file as a whole cannot be read.
   *
   * @return one message that names the file; null if it can be read
   */
  public String failure() {
    return failure;
  }

  /**
   * Creates the summary of a file that cannot be read.
   *
   * @param why one message that names the file
   * @return a summary without rows
   */
  public static SplitSummary failed(String why) {
    SplitSummary survey = new SplitSummary();
    survey.failure = why;
    return survey;
  }

  void column(String name, ColumnKind kind) {
    columns.merge(name, kind, ColumnKind::with);
  }

  void row() {
    rows++;
  }

  void group(long groupRows, long bytes) {
    groups.add(groupRows);
    groups.add(bytes);
    rows += groupRows;
  }

  void lines(long count) {
    lines = count;
  }

  void separator(char found) {
    separator = found;
  }

  void bad(long line, String why) {
    bad++;
    if (badLines.size() < NAMED) {
      badLines.add(line);
      badReasons.add(why);
    }
  }
}
