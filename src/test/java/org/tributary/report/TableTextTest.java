package org.tributary.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tributary.report.HtmlTable.Cell;

/** A table as Markdown, CSV and LaTeX, with what each of them has to escape. */
class TableTextTest {
  private static HtmlTable table() {
    HtmlTable table =
        new HtmlTable(
            "t", "A & B", List.of(Cell.text("variant"), Cell.head("a_1"), Cell.head("p")));
    table.row(Cell.text("x|y, \"z\""), Cell.mean(0.5, 0.0625), Cell.number(0.25, "0.25"));
    table.row(Cell.text("50 %"), Cell.score(1234.5), Cell.score(Double.NaN));
    return table;
  }

  @Test
  void markdown() {
    assertThat(TableText.markdown(table()))
        .isEqualTo(
            """
            A & B

            | variant | a_1 | p |
            | --- | ---: | ---: |
            | x\\|y, "z" | 0.500 ± 0.063 | 0.25 |
            | 50 % | 1,235 | – |
            """);
  }

  @Test
  void csvHasWholeNumbers() {
    assertThat(TableText.csv(table()))
        .isEqualTo(
            "variant,a_1,a_1 standard deviation,p\r\n\"x|y, \"\"z\"\"\",0.5,0.0625,0.25\r\n50 %,1234.5,,\r\n");
  }

  @Test
  void latex() {
    assertThat(TableText.latex(table()))
        .isEqualTo(
            """
            % needs \\usepackage{booktabs}
            % A & B
            \\begin{tabular}{lrr}
            \\toprule
            variant & a\\_1 & p \\\\
            \\midrule
            x|y, "z" & 0.500 $\\pm$ 0.063 & 0.25 \\\\
            50 \\% & 1,235 & -- \\\\
            \\bottomrule
            \\end{tabular}
            """);
  }

  @Test
  void csvHasBytesWherePeopleReadMegabytes() {
    HtmlTable table =
        new HtmlTable(
            "t", "A", List.of(Cell.text("variant"), Cell.head("BLEU\u20114"), Cell.head("MB up")));
    table.row(Cell.text("a"), Cell.score(1), ScoresSection.megabytes(1_500_000));
    assertThat(TableText.csv(table)).isEqualTo("variant,BLEU-4,bytes up\r\na,1.0,1500000.0\r\n");
    assertThat(TableText.markdown(table)).contains("| MB up |").contains("| 1.50 |");
  }
}
