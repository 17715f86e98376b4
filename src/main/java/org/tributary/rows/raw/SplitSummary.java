package org.tributary.rows.raw;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a first look at a piece found. No record, and of plain collections alone: Kryo, which a
 * cluster may have set, is to carry it.
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
   * @return what each holds, in the order in which they came
   */
  public Map<String, ColumnKind> columns() {
    return columns;
  }

  /**
   * How many rows the piece holds.
   *
   * @return without those that cannot be used
   */
  public long rows() {
    return rows;
  }

  /**
   * All rows that were looked at.
   *
   * @return how many, those that cannot be used among them
   */
  public long looked() {
    return rows + bad;
  }

  /**
   * Rows that cannot be used.
   *
   * @return how many
   */
  public long bad() {
    return bad;
  }

  /**
   * How many lines the piece holds.
   *
   * @return of JSON lines; else 0
   */
  public long lines() {
    return lines;
  }

  /**
   * What stands between a row's fields.
   *
   * @return of CSV; else 0
   */
  public char separator() {
    return separator;
  }

  /**
   * Whether pieces are of rows, so that any rows can be read.
   *
   * @return true of Parquet
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
   * @param before lines of the file before the piece
   * @return where each lies and why
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
   * @return one message that names it; null where it can
   */
  public String failure() {
    return failure;
  }

  /**
   * For a file that cannot be read.
   *
   * @param why one message that names it
   * @return without rows
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
