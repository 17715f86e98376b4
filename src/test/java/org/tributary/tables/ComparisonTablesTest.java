package org.tributary.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tributary.rows.Schema;

/** docs/tables.md lists every column of the tables that only comparisons have. */
class ComparisonTablesTest {
  private static final Map<Schema.Type, String> TYPES =
      Map.of(
          Schema.Type.STRING, "string",
          Schema.Type.LONG, "bigint",
          Schema.Type.INT, "int",
          Schema.Type.DOUBLE, "double",
          Schema.Type.BOOLEAN, "boolean");

  private static List<String> documented(String table) throws IOException {
    String page = Files.readString(Path.of("docs/tables.md"));
    String section = page.split("\n### " + table + "\n", 2)[1].split("\n##", 2)[0];
    return section
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> Stream.of(line.split("\\|")).skip(1).map(String::strip).toList())
        .map(cells -> String.join(" | ", cells).replace("`", ""))
        .toList();
  }

  private static List<String> described(List<Schema.Column> columns) {
    return columns.stream()
        .map(c -> String.join(" | ", c.name(), TYPES.get(c.type()), c.unit(), c.meaning()))
        .toList();
  }

  @Test
  void searches() throws IOException {
    List<Schema.Column> columns = SearchesTable.SCHEMA.columns();
    assertThat(documented("searches"))
        .isEqualTo(described(columns.subList(RunLabels.count(), columns.size())));
  }

  @Test
  void drifts() throws IOException {
    List<Schema.Column> columns = DriftsTable.SCHEMA.columns();
    assertThat(documented("drifts"))
        .isEqualTo(described(columns.subList(RunLabels.count(), columns.size())));
  }

  @Test
  void statistics() throws IOException {
    assertThat(documented("statistics")).isEqualTo(described(StatisticsTable.SCHEMA.columns()));
  }

  @Test
  void budgets() throws IOException {
    assertThat(documented("budgets")).isEqualTo(described(BudgetsTable.SCHEMA.columns()));
  }
}
