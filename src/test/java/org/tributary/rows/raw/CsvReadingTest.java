package org.tributary.rows.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tributary.error.WrongInput;

class CsvReadingTest {

  private static List<List<String>> read(Reader text, char separator) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    try (CsvReading csv = new CsvReading("a.csv", text, separator)) {
      for (List<String> row = csv.next(); row != null; row = csv.next()) {
        rows.add(row);
      }
    }
    return rows;
  }

  /** A reader that returns one character at a time, so that every pair is split somewhere. */
  private static Reader slow(String text) {
    return new StringReader(text) {
      @Override
      public int read(char[] into, int from, int length) throws IOException {
        return super.read(into, from, Math.min(1, length));
      }
    };
  }

  /** The cases come from {@code golden-scripts/csv_cases.py}. */
  @Test
  void readsWhatPythonReads() throws IOException {
    JsonNode cases;
    try (InputStream in = getClass().getResourceAsStream("/raw/csv-cases.json")) {
      cases = JSON.readTree(in);
    }
    assertThat(cases.size()).isEqualTo(600);
    for (JsonNode one : cases) {
      String text = one.get("text").asText();
      char separator = one.get("separator").asText().charAt(0);
      for (Reader reader : List.of(new StringReader(text), slow(text))) {
        if (one.get("rows").isNull()) {
          assertThatThrownBy(() -> read(reader, separator))
              .as(one.toString())
              .isInstanceOf(WrongInput.class)
              .hasMessageContaining("a quote that is never closed");
          continue;
        }
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode row : one.get("rows")) {
          List<String> fields = new ArrayList<>();
          row.forEach(field -> fields.add(field.asText()));
          rows.add(fields);
        }
        assertThat(read(reader, separator)).as(one.toString()).isEqualTo(rows);
      }
    }
  }

  @Test
  void rowsAndQuotesHaveTheLineInWhichTheyBegin() throws IOException {
    String text = "a,b\r\n\r\n\"x\ny\rz\r\nw\",1\rc,2\n\n\nd";
    CsvReading csv = new CsvReading("a.csv", slow(text), ',');
    List<Long> lines = new ArrayList<>();
    while (csv.next() != null) {
      lines.add(csv.line());
    }
    assertThat(lines).containsExactly(1L, 3L, 7L, 10L);
    assertThatThrownBy(() -> read(new StringReader("a,b\nc,d\n1,\"x\ny,z\n"), ','))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("a.csv: line 3 opens a quote");
  }
}
