package org.tributary.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tributary.report.HtmlTable.Cell;

/** A table of a report as text for other programs: Markdown, CSV or LaTeX. */
final class TableText {
  /** What LaTeX does not print as it is. */
  private static final Map<Character, String> LATEX =
      Map.ofEntries(
          Map.entry('\\', "\\textbackslash{}"),
          Map.entry('&', "\\&"),
          Map.entry('%', "\\%"),
          Map.entry('$', "\\$"),
          Map.entry('#', "\\#"),
          Map.entry('_', "\\_"),
          Map.entry('{', "\\{"),
          Map.entry('}', "\\}"),
          Map.entry('~', "\\textasciitilde{}"),
          Map.entry('^', "\\textasciicircum{}"),
          Map.entry('<', "\\textless{}"),
          Map.entry('>', "\\textgreater{}"),
          Map.entry('±', "$\\pm$"),
          Map.entry('∞', "$\\infty$"),
          Map.entry('−', "$-$"),
          Map.entry('–', "--"),
          Map.entry('\u2011', "-"));

  private TableText() {}

  /** A Markdown table, with its caption above it. */
  static String markdown(HtmlTable table) {
    List<String> lines = new ArrayList<>(List.of(table.caption(), ""));
    lines.add(line(table.head()));
    lines.add(
        table.head().stream()
            .map(cell -> cell.numeric() ? "---:" : "---")
            .collect(Collectors.joining(" | ", "| ", " |")));
    table.rows().forEach(row -> lines.add(line(row)));
    return text(lines);
  }

  private static String line(List<Cell> cells) {
    return cells.stream()
        .map(cell -> cell.text().replace("\\", "\\\\").replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |"));
  }

  /**
   * A CSV table (RFC 4180) with whole numbers as the tables have them: bytes where people read
   * megabytes. A column of means with standard deviations becomes two.
   */
  static String csv(HtmlTable table) {
    List<Boolean> pairs = new ArrayList<>();
    for (int i = 0; i < table.head().size(); i++) {
      int column = i;
      pairs.add(table.rows().stream().anyMatch(row -> row.get(column).deviation() != null));
    }
    List<String> head = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      String name = table.head().get(i).text().replace("MB", "bytes").replace('\u2011', '-');
      head.add(quoted(name));
      if (pairs.get(i)) {
        head.add(quoted(name + " standard deviation"));
      }
    }
    List<String> lines = new ArrayList<>(List.of(String.join(",", head)));
    for (List<Cell> row : table.rows()) {
      List<String> line = new ArrayList<>();
      for (int i = 0; i < pairs.size(); i++) {
        Cell cell = row.get(i);
        String plain = cell.text().equals(Numbers.NONE) ? "" : cell.text();
        line.add(quoted(cell.value() == null ? plain : cell.value()));
        if (pairs.get(i)) {
          line.add(cell.deviation() == null ? "" : cell.deviation());
        }
      }
      lines.add(String.join(",", line));
    }
    return String.join("\r\n", lines) + "\r\n";
  }

  private static String quoted(String text) {
    return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }

  /** A LaTeX table; it needs the package booktabs. */
  static String latex(HtmlTable table) {
    String columns =
        table.head().stream().map(cell -> cell.numeric() ? "r" : "l").collect(Collectors.joining());
    List<String> lines = new ArrayList<>();
    lines.add("% needs \\usepackage{booktabs}");
    lines.add("% " + table.caption());
    lines.add("\\begin{tabular}{" + columns + "}");
    lines.add("\\toprule");
    lines.add(latex(table.head()));
    lines.add("\\midrule");
    table.rows().forEach(row -> lines.add(latex(row)));
    lines.add("\\bottomrule");
    lines.add("\\end{tabular}");
    return text(lines);
  }

  private static String latex(List<Cell> cells) {
    return cells.stream()
        .map(cell -> escaped(cell.text()))
        .collect(Collectors.joining(" & ", "", " \\\\"));
  }

  private static String escaped(String text) {
    return text.chars()
        .mapToObj(c -> LATEX.getOrDefault((char) c, Character.toString(c)))
        .collect(Collectors.joining());
  }

  private static String text(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }
}
