package org.tributary.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.fixture.Slow;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.tables.StatisticsTable;

/**
 * The report in a headless Chromium: no console message, no request, the same numbers as in the
 * Parquet tables, a plot for each of its tables, and readable in both colour schemes and on a
 * phone.
 */
@Slow
class ReportPageTest {
  private static final String HOSTILE = "</script><img src=x onerror=\"window.hacked=1\">'&\u2028";

  private static final String LUMINANCE =
      """
      (() => {
        const rgb = text => text.match(/[\\d.]+/g).map(Number);
        const light = c => c.slice(0, 3).map(v => v / 255)
          .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
          .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const ground = element => {
          for (let e = element; e; e = e.parentElement) {
            const c = rgb(getComputedStyle(e).backgroundColor);
            if (c.length < 4 || c[3] > 0) return c;
          }
          return [255, 255, 255];
        };
        const low = [];
        document.querySelectorAll('p, li, a, h1, h2, th, td, caption span, summary, button, figcaption, pre').forEach(e => {
          const pair = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((a, b) => b - a);
          const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
          if (ratio < 4.5) low.push(e.tagName + ' ' + ratio.toFixed(2) + ' ' + e.textContent.slice(0, 30));
        });
        return low;
      })()
      """;

  @TempDir static Path dir;
  private static Chromium chromium;
  private static MadeRuns runs;
  private static Path page;

  @BeforeAll
  static void write() throws Exception {
    chromium = Chromium.start(Files.createDirectories(dir.resolve("profile")));
    runs = new MadeRuns(dir.resolve("made"));
    runs.comparison(
        "out: x\ntrain: train.yaml\nseeds: [1, 2]\nvariants: {big: [], small: [framework.name=fedit], third: []}\nbaseline: big\nrates: {small: [0.001, 0.002]}\n");
    runs.labels(Map.of("0000", Map.of(HOSTILE, 30L, "b", 10L), "0001", Map.of("b", 7L)));
    long bytes = 100_000_000;
    for (String variant : List.of("big", "small", "third")) {
      for (long seed = 1; seed <= 2; seed++) {
        double end = 0.4 + seed * 0.013 + bytes / 1e9;
        runs.run(variant + "/seed=" + seed, variant, seed, bytes)
            .score("test", null, 0.03, 3.2, 500)
            .round(0.25 + seed * 0.02, 2.5 - seed * 0.1, 500)
            .client("0001", "stopped: " + HOSTILE)
            .round(end, 1.5 + seed * 0.07, 500)
            .client("0001", null)
            .score("validation", null, 0.5, 1.7, 9)
            .score("validation", "0000", end + 0.1, 1.6, 5)
            .score("validation", "0001", end - 0.2, 1.9, 4)
            .write();
      }
      bytes /= 40;
    }
    for (double rate : new double[] {0.001, 0.002}) {
      runs.run("small/lr=" + rate, "small", 1, 1000)
          .label("lr", rate)
          .round(0.1, 2, 500)
          .round(0.2, 2, 500)
          .score("validation", null, 0.3, 3 - 500 * rate, 9)
          .write();
    }
    runs.run("small/lr=0.001_seed=4", "small", 4, 1000)
        .label("lr", 0.001)
        .round(0.1, 2, 500)
        .round(0.2, 2, 500)
        .score("validation", null, 0.3, 3.5, 9)
        .write();
    runs.run("small/lr=0.004", "small", 1, 1000).label("lr", 0.004).round(0.1, 2, 500).write();
    runs.statistics("big", 2, "big", "small", "third");
    page = dir.resolve("report.html");
    new HtmlReport(MadeRuns.STORE)
        .write(List.of(runs.path()), MadeRuns.STORE.path(page.toString()));
  }

  @AfterAll
  static void close() throws InterruptedException {
    if (chromium != null) {
      chromium.close();
    }
  }

  @BeforeEach
  void open() {
    chromium.console().clear();
    chromium.requests().clear();
    chromium.open(page, 1280, "light");
  }

  /** The cells of a table, with all digits of a number. */
  private static List<List<String>> table(String id) {
    JsonNode rows =
        chromium.value(
            "Array.from(document.querySelectorAll('#%s tbody tr')).map(row => Array.from(row.cells).map(cell => cell.querySelector('data') ? cell.querySelector('data').value : cell.textContent))"
                .formatted(id));
    List<List<String>> cells = new ArrayList<>();
    for (JsonNode row : rows) {
      List<String> line = new ArrayList<>();
      row.forEach(cell -> line.add(cell.asText()));
      cells.add(line);
    }
    assertThat(cells).as(id).isNotEmpty();
    return cells;
  }

  /** All rows of a table, as any Parquet reader returns them. */
  private static List<Row> parquet(String table) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(dir.resolve("made/tables").resolve(table))) {
      for (Path file : files.sorted().toList()) {
        try (ParquetReading reading =
            ParquetRows.read(MadeRuns.STORE, MadeRuns.STORE.path(file.toString()))) {
          reading.forEachRemaining(rows::add);
        }
      }
    }
    rows.removeIf(row -> row.text("trial").equals("true"));
    return rows;
  }

  private static double mean(Stream<Row> rows, String column) {
    return rows.mapToDouble(row -> row.doubleAt(column)).average().orElseThrow();
  }

  @Test
  void nothingIsAskedForAndNothingGoesWrong() {
    chromium.value("new Promise(done => setTimeout(done, 200))");
    assertThat(chromium.console()).isEmpty();
    assertThat(chromium.requests()).containsExactly(page.toUri().toString());
  }

  @Test
  void namesAreTextWhateverTheyContain() {
    int tips =
        chromium
            .value(
                """
                JSON.parse(document.getElementById('plots').textContent).reduce((shown, plot) => {
                  const chart = echarts.getInstanceByDom(document.getElementById(plot.id));
                  chart.getOption().series.forEach((series, i) => {
                    chart.dispatchAction({ type: 'showTip', seriesIndex: i, dataIndex: 0 });
                    const tip = Array.from(chart.getDom().children).slice(1);
                    shown += tip.some(e => e.textContent.includes('</script>')) ? 1 : 0;
                  });
                  return shown;
                }, 0)
                """)
            .asInt();
    assertThat(tips).as("tooltips with the hostile label").isPositive();
    assertThat(chromium.value("document.images.length").asInt()).isZero();
    assertThat(chromium.value("typeof window.hacked").asText()).isEqualTo("undefined");
    assertThat(table("t-failures").get(0).get(3)).isEqualTo("stopped: " + HOSTILE);
    assertThat(chromium.value("document.querySelector('#t-labels-1 thead').textContent").asText())
        .contains(HOSTILE);
    assertThat(chromium.value("document.querySelector('#labels-plot-1 svg').textContent").asText())
        .contains("</script>");
    assertThat(chromium.console()).isEmpty();
  }

  @Test
  void scoresAndCostsAreThoseOfTheTables() throws IOException {
    List<Row> evals =
        parquet("evals").stream()
            .filter(row -> row.text("part").equals("test") && row.longAt("round") == 2)
            .toList();
    List<Row> rounds = parquet("rounds");
    List<Row> clients =
        parquet("clients").stream().filter(row -> row.text("status").equals("accepted")).toList();
    List<List<String>> table = table("t-scores");
    assertThat(table).extracting(row -> row.get(0)).containsExactly("big", "small", "third");
    for (List<String> row : table) {
      String variant = row.get(0);
      assertThat(Double.parseDouble(row.get(1)))
          .isEqualTo(mean(of(evals, variant), "accuracy"), within(1e-12));
      assertThat(Double.parseDouble(row.get(2)))
          .isEqualTo(mean(of(evals, variant), "loss"), within(1e-12));
      assertThat(row.get(3)).isEqualTo("2");
      assertThat(Double.parseDouble(row.get(5))).isEqualTo(mean(of(clients, variant), "bytes_up"));
      double total =
          of(rounds, variant)
              .mapToDouble(r -> r.doubleAt("bytes_up") + r.doubleAt("bytes_down"))
              .sum();
      assertThat(Double.parseDouble(row.get(7))).isEqualTo(total / 2);
      assertThat(row.get(9)).isEqualTo("2");
    }
  }

  private static String shown(Row row, String column) {
    return row.isNull(column) ? "–" : row.text(column);
  }

  @Test
  void intervalsAndTestsAreThoseOfTheTable() throws IOException {
    List<Row> rows = StatisticsTable.read(MadeRuns.STORE, runs.path());
    List<List<String>> table = table("t-statistics");
    assertThat(table).hasSize(rows.size()).hasSize(6);
    String[] columns = {
      "mean", "deviation", "low", "high", "difference", "difference_low", "difference_high"
    };
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      assertThat(table.get(i).get(0)).isEqualTo(row.text("variant"));
      assertThat(table.get(i).get(1)).isEqualTo("test " + row.text("score"));
      for (int c = 0; c < columns.length; c++) {
        assertThat(table.get(i).get(3 + c)).as(columns[c]).isEqualTo(shown(row, columns[c]));
      }
      if (!row.isNull("p_t")) {
        assertThat(table.get(i).subList(12, 16))
            .containsExactly(
                row.text("p_t"),
                row.text("p_t_holm"),
                row.text("p_permutation"),
                row.text("p_permutation_holm"));
      }
    }
    Row small =
        of(rows, "small").filter(r -> r.text("score").equals("accuracy")).findFirst().orElseThrow();
    List<String> scores =
        table("t-scores").stream().filter(r -> r.get(0).equals("small")).findFirst().orElseThrow();
    assertThat(scores.subList(11, 18))
        .containsExactly(
            shown(small, "low"),
            shown(small, "high"),
            shown(small, "difference"),
            shown(small, "difference_low"),
            shown(small, "difference_high"),
            shown(small, "p_t_holm"),
            shown(small, "p_permutation_holm"));
    String csv = Files.readString(dir.resolve("report-scores.csv"));
    assertThat(csv)
        .startsWith("variant,accuracy,accuracy standard deviation,loss,loss standard deviation,")
        .contains("small,%s,%s,".formatted(small.text("mean"), small.text("deviation")))
        .contains("," + small.text("difference") + ",");
    assertThat(Files.readString(dir.resolve("report-scores.md"))).contains("| small |", " ± ");
    assertThat(Files.readString(dir.resolve("report-scores.tex"))).contains("small & ", "$\\pm$");
  }

  private static Stream<Row> of(List<Row> rows, String variant) {
    return rows.stream().filter(row -> row.text("variant").equals(variant));
  }

  @Test
  void curvesAndClientsAreThoseOfTheTables() throws IOException {
    Map<String, List<Double>> scores = new TreeMap<>();
    Map<String, List<Double>> clients = new TreeMap<>();
    for (Row row : parquet("evals")) {
      if (row.text("part").equals("test")) {
        scores
            .computeIfAbsent(row.text("variant") + " " + row.text("round"), k -> new ArrayList<>())
            .add(row.doubleAt("accuracy"));
      } else if (!row.isNull("client")) {
        clients
            .computeIfAbsent(row.text("variant") + " " + row.text("client"), k -> new ArrayList<>())
            .add(row.doubleAt("accuracy"));
      }
    }
    List<List<String>> curve = table("t-curve-score");
    assertThat(curve).hasSize(scores.size()).hasSize(9);
    for (List<String> row : curve) {
      List<Double> values = scores.get(row.get(0) + " " + row.get(1));
      assertThat(Double.parseDouble(row.get(2)))
          .isEqualTo((values.get(0) + values.get(1)) / 2, within(1e-12));
      assertThat(Double.parseDouble(row.get(3))).isEqualTo(Math.min(values.get(0), values.get(1)));
      assertThat(Double.parseDouble(row.get(4))).isEqualTo(Math.max(values.get(0), values.get(1)));
    }
    List<List<String>> spread = table("t-clients");
    assertThat(spread).hasSize(clients.size()).hasSize(6);
    for (List<String> row : spread) {
      List<Double> values = clients.get(row.get(0) + " " + row.get(1));
      assertThat(Double.parseDouble(row.get(2)))
          .isEqualTo((values.get(0) + values.get(1)) / 2, within(1e-12));
    }
  }

  @Test
  void triedRatesAreThoseOfTheTrials() throws IOException {
    assertThat(table("t-tuning"))
        .contains(List.of("small", "0.001", "2", "3.0", "0", "no"))
        .contains(List.of("small", "0.002", "1", "2.0", "0", "yes"))
        .contains(List.of("small", "0.004", "1", "–", "0", "no, has not ended"))
        .contains(List.of("big", "0.002", "–", "–", "–", "yes, as configured"));
    assertThat(Files.readString(page)).contains("3.000 ± 0.707<");
  }

  /** The marks match the numbers: every symbol's height is linear in its value. */
  @ParameterizedTest
  @ValueSource(strings = {"curve-score", "curve-loss", "curve-training"})
  void marksOfCurvesAreAtTheirNumbers(String plot) {
    List<Double> values = new ArrayList<>();
    table("t-" + plot).forEach(row -> values.add(Double.parseDouble(row.get(2))));
    List<Double> heights = new ArrayList<>();
    chromium
        .value(
            "Array.from(document.querySelectorAll('#%s svg path[transform^=matrix]')).map(p => Number(p.getAttribute('transform').split(',').pop().replace(')', '')))"
                .formatted(plot))
        .forEach(y -> heights.add(y.asDouble()));
    assertThat(heights).hasSameSizeAs(values);
    int low = values.indexOf(values.stream().min(Double::compare).orElseThrow());
    int high = values.indexOf(values.stream().max(Double::compare).orElseThrow());
    double slope = (heights.get(high) - heights.get(low)) / (values.get(high) - values.get(low));
    assertThat(slope).isLessThan(-50);
    for (int i = 0; i < values.size(); i++) {
      double expected = heights.get(low) + slope * (values.get(i) - values.get(low));
      assertThat(heights.get(i)).as("mark %d", i).isEqualTo(expected, within(0.05));
    }
  }

  /** Three variants with intervals, also in the Pareto plots, six clients, two rates. */
  @ParameterizedTest
  @CsvSource({
    "scores-plot, 9",
    "pareto-plot, 9",
    "pareto-seconds-plot, 9",
    "clients-plot, 6",
    "tuning-plot, 2"
  })
  void plotsHaveAMarkForEachNumber(String plot, int marks) {
    assertThat(
            chromium
                .value(
                    "document.querySelectorAll('#%s svg path[transform^=matrix]').length"
                        .formatted(plot))
                .asInt())
        .isEqualTo(marks);
  }

  @Test
  void everyPlotIsOneSvgWithATableThatTheKeyboardReaches() {
    JsonNode figures =
        chromium.value(
            "Array.from(document.querySelectorAll('figure')).map(f => [f.querySelectorAll('.plot svg').length, f.querySelectorAll('details summary').length, f.querySelectorAll('details table caption').length, f.querySelectorAll('details [tabindex=\"0\"]').length, f.querySelectorAll('button').length, document.getElementById(f.querySelector('.plot').getAttribute('aria-labelledby')).textContent.length > 10])");
    assertThat(figures).hasSize(10);
    for (JsonNode figure : figures) {
      assertThat(figure.toString()).isEqualTo("[1,1,1,1,1,true]");
    }
  }

  @Test
  void headingsAndTablesHaveTheirStructure() {
    assertThat(
            chromium
                .value(
                    "Array.from(document.querySelectorAll('h1, h2, h3')).map(h => h.tagName).join(' ')")
                .asText())
        .matches("H1( H2){10}");
    assertThat(
            chromium
                .value(
                    "document.querySelectorAll('th:not([scope]), table:not(:has(caption)), nav a:not([href^=\"#\"])').length")
                .asInt())
        .isZero();
    assertThat(
            chromium
                .value(
                    "Array.from(document.querySelectorAll('nav a')).every(a => document.querySelector(a.getAttribute('href')))")
                .asBoolean())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({"1280, light", "1280, dark", "390, light", "390, dark"})
  void isReadableOnEveryScreen(int width, String scheme) {
    chromium.open(page, width, scheme);
    assertThat(chromium.value("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(width);
    assertThat(
            chromium
                .value(
                    "Array.from(document.querySelectorAll('.plot')).every(p => p.querySelector('svg').getBoundingClientRect().right <= p.getBoundingClientRect().right + 1)")
                .asBoolean())
        .isTrue();
    chromium.value("document.querySelectorAll('details').forEach(d => d.open = true)");
    assertThat(chromium.value(LUMINANCE)).isEmpty();
    assertThat(chromium.value("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(width);
    assertThat(chromium.console()).isEmpty();
  }

  @Test
  void everyPlotIsSavedAsSvg() {
    JsonNode saved =
        chromium.value(
            """
            (async () => {
              const blobs = [];
              URL.createObjectURL = blob => { blobs.push(blob); return 'data:,'; };
              HTMLAnchorElement.prototype.click = function () { blobs[blobs.length - 1].file = this.download; };
              document.querySelectorAll('button.save').forEach(b => b.click());
              const kinds = [];
              for (const blob of blobs) {
                const svg = new DOMParser().parseFromString(await blob.text(), blob.type).documentElement;
                kinds.push(blob.file + ' ' + svg.tagName + ' ' + (svg.querySelectorAll('path').length > 3) + ' ' + svg.querySelectorAll('parsererror').length);
              }
              return kinds;
            })()
            """);
    assertThat(saved).hasSize(10);
    for (JsonNode kind : saved) {
      assertThat(kind.asText()).matches("[a-z0-9-]+\\.svg svg true 0");
    }
  }
}
