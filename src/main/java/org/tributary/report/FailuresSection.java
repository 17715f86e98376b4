package org.tributary.report;

import java.util.List;
import org.tributary.report.HtmlTable.Cell;
import org.tributary.rows.Row;

/** The clients that failed in a round and were left out of its merge, with the reasons. */
final class FailuresSection {
  private final Subject subject;

  FailuresSection(Subject subject) {
    this.subject = subject;
  }

  Section section() {
    HtmlTable table =
        new HtmlTable(
            "t-failures",
            "Clients that were left out of a round",
            List.of(
                Cell.text("run"), Cell.head("round"), Cell.text("client"), Cell.text("reason")));
    long trained = 0;
    long failed = 0;
    for (RunHistory run : subject.runs()) {
      for (Row row : run.rows().clients()) {
        trained++;
        if (row.text("status").equals("failed")) {
          failed++;
          table.row(
              Cell.text(run.name()),
              Cell.count(row.longAt("round")),
              Cell.text(row.text("client")),
              Cell.text(row.text("reason")));
        }
      }
    }
    long resumed =
        subject.runs().stream()
            .flatMap(run -> run.rows().rounds().stream())
            .filter(row -> !row.isNull("resumed") && row.text("resumed").equals("true"))
            .count();
    String lead =
        failed == 0
            ? "No client failed: all %s were merged."
                .formatted(Numbers.counted(trained, "client update", "client updates"))
            : "%s of %s failed and were left out of the merge."
                .formatted(
                    Numbers.count(failed), Numbers.counted(trained, "client task", "client tasks"));
    String after =
        resumed == 0
            ? ""
            : " %s begun by an earlier driver and finished after a restart; its seconds are not included."
                .formatted(resumed == 1 ? "One round was" : resumed + " rounds were");
    return Section.of("failures", "Failures", lead + after, table.isEmpty() ? "" : table.html());
  }
}
