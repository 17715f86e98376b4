package org.tributary.report;

import java.util.ArrayList;
import java.util.List;
import org.tributary.report.HtmlTable.Cell;

/** The effective configuration: what differs between the variants, and what they share. */
final class ConfigurationSection {
  private final Ranking ranking;

  ConfigurationSection(Ranking ranking) {
    this.ranking = ranking;
  }

  Section section() {
    StringBuilder html = new StringBuilder();
    if (ranking.variants().size() > 1) {
      List<Cell> head = new ArrayList<>(List.of(Cell.text("key")));
      ranking.variants().forEach(v -> head.add(Cell.text(v.name())));
      HtmlTable table = new HtmlTable("t-differing", "Keys that differ between variants", head);
      ranking
          .differing()
          .forEach(
              (key, values) -> {
                List<Cell> row = new ArrayList<>(List.of(Cell.text(key)));
                values.forEach(value -> row.add(Cell.text(value)));
                table.row(row);
              });
      html.append(table.html());
    }
    HtmlTable shared =
        new HtmlTable(
            "t-shared",
            ranking.variants().size() > 1 ? "Keys that all variants share" : "Every effective key",
            List.of(Cell.text("key"), Cell.text("value")));
    ranking.shared().forEach((key, value) -> shared.row(Cell.text(key), Cell.text(value)));
    html.append(
        Html.details(
            Numbers.counted(ranking.shared().size(), "key", "keys")
                + (ranking.variants().size() > 1 ? " that all variants share" : ""),
            shared.html()));
    return Section.of(
        "configuration",
        "Effective configuration",
        "Every key with the value that the runs used, defaults included; a dash stands where a method does not read the key. out and seed are left out.",
        html.toString());
  }
}
