package org.tributary.rows.raw;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * CSV with a header. All columns are text, and one task reads a file. The separator is configured,
 * or the header shows which of comma, semicolon, tab and bar it is. A row with another number of
 * fields than the header is reported with the line in which it begins.
 */
final class Csv implements RawFormat {
  private static final long serialVersionUID = 1;
  private static final List<Character> SEPARATORS = List.of(',', ';', '\t', '|');
  private static final int HEAD = 1 << 16;
  private static final int SAMPLE = 20;

  private final Character given;

  /**
   * A reader of CSV.
   *
   * @param separator between fields; null to detect it from each file's header
   */
  Csv(Character separator) {
    given = separator;
  }

  @Override
  public List<FileSplit> pieces(Store store, Path file, long length) {
    return List.of(FileSplit.whole(file));
  }

  @Override
  public SplitSummary survey(Store store, FileSplit piece) throws IOException {
    return head(store, piece, Long.MAX_VALUE);
  }

  @Override
  public SplitSummary head(Store store, FileSplit piece, long most) throws IOException {
    SplitSummary survey = new SplitSummary();
    try (CsvReading csv = open(store, piece, survey)) {
      List<String> header = header(piece, csv.next());
      header.forEach(name -> survey.column(name, ColumnKind.STRING));
      for (List<String> row = csv.next(); row != null && survey.looked() < most; row = csv.next()) {
        if (row.size() == header.size()) {
          survey.row();
        } else {
          survey.bad(
              csv.line(), "has %d fields, the header has %d".formatted(row.size(), header.size()));
        }
      }
    }
    return survey;
  }

  private CsvReading open(Store store, FileSplit piece, SplitSummary survey) throws IOException {
    char separator = given == null ? separator(store, piece) : given;
    survey.separator(separator);
    return new CsvReading(
        piece.file(),
        new Utf8Reader(piece.file(), Decompression.open(store, piece.path())),
        separator);
  }

  /**
   * The names of the columns. A column without a name gets a number, as in Spark. A duplicate name
   * is refused.
   */
  private static List<String> header(FileSplit piece, List<String> first) {
    if (first == null) {
      throw new WrongInput(
          "%s is empty; the first line is to name the columns".formatted(piece.file()));
    }
    if (first.get(0).startsWith("{\"")) {
      throw new WrongInput(
          "%s: its first line is a JSON object and no header; say jsonl in source.format (generate: data.format)"
              .formatted(piece.file()));
    }
    List<String> names = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    for (int i = 0; i < first.size(); i++) {
      String name = first.get(i).isEmpty() ? "_c" + i : first.get(i);
      if (!seen.add(name)) {
        throw new WrongInput(
            "%s: the header names the column %s twice; rename one".formatted(piece.file(), name));
      }
      names.add(name);
    }
    return names;
  }

  /** Detects the separator from a file's first records. */
  private static char separator(Store store, FileSplit piece) throws IOException {
    char[] head = new char[HEAD];
    int filled = 0;
    try (Utf8Reader in = new Utf8Reader(piece.file(), Decompression.open(store, piece.path()))) {
      for (int read = 0; read >= 0 && filled < HEAD; filled += Math.max(0, read)) {
        read = in.read(head, filled, HEAD - filled);
      }
    }
    List<Character> found = new ArrayList<>();
    List<Character> fitting = new ArrayList<>();
    char widest = ',';
    int width = 1;
    for (char separator : SEPARATORS) {
      List<Integer> widths = widths(piece.file(), new String(head, 0, filled), separator);
      if (!widths.isEmpty() && widths.get(0) > 1) {
        found.add(separator);
        if (widths.stream().allMatch(widths.get(0)::equals)) {
          fitting.add(separator);
        }
        if (widths.get(0) > width) {
          widest = separator;
          width = widths.get(0);
        }
      }
    }
    if (fitting.size() > 1) {
      throw new WrongInput(
          "%s: the header could be separated by %s; say which with source.separator (generate: data.separator)"
              .formatted(piece.file(), fitting.stream().map(Csv::told).toList()));
    }
    return fitting.isEmpty() ? widest : fitting.get(0);
  }

  /**
   * The number of fields in the first records. The last record may be truncated and does not count.
   */
  private static List<Integer> widths(String file, String head, char separator) throws IOException {
    List<Integer> widths = new ArrayList<>();
    CsvReading csv = new CsvReading(file, new StringReader(head), separator);
    try {
      for (List<String> row = csv.next();
          row != null && widths.size() <= SAMPLE;
          row = csv.next()) {
        widths.add(row.size());
      }
    } catch (WrongInput unclosed) {
      // The quote ends after the first records, or the survey reports it.
      return widths;
    }
    if (widths.size() > 1 && head.length() == HEAD) {
      widths.remove(widths.size() - 1);
    }
    return widths;
  }

  static String told(char separator) {
    return separator == '\t' ? "tab" : "'" + separator + "'";
  }

  @Override
  public Rows read(Store store, FileSplit piece, Map<String, ColumnKind> columns)
      throws IOException {
    CsvReading csv = open(store, piece, new SplitSummary());
    try {
      List<String> header = header(piece, csv.next());
      int[] places = columns.keySet().stream().mapToInt(header::indexOf).toArray();
      return new Reading(piece.file(), csv, header.size(), places);
    } catch (IOException | RuntimeException | Error e) {
      csv.close();
      throw e;
    }
  }

  /** Reads the rows of a file after its survey. */
  private static final class Reading implements Rows {
    private final String file;
    private final CsvReading csv;
    private final int width;
    private final int[] places;
    private List<String> row;

    Reading(String file, CsvReading csv, int width, int... places) throws IOException {
      this.file = file;
      this.csv = csv;
      this.width = width;
      this.places = places;
      row = csv.next();
    }

    @Override
    public boolean hasNext() {
      return row != null;
    }

    @Override
    public Object[] next() {
      if (row == null) {
        throw new NoSuchElementException();
      }
      if (row.size() != width || Arrays.stream(places).anyMatch(p -> p < 0)) {
        throw RawFormat.changed(file);
      }
      Object[] values = Arrays.stream(places).mapToObj(row::get).toArray();
      try {
        row = csv.next();
      } catch (IOException e) {
        throw new UncheckedIOException("reading " + file, e);
      }
      return values;
    }

    @Override
    public void close() throws IOException {
      csv.close();
    }
  }
}
