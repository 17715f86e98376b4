package org.tributary.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report shows what analyze has measured, and has no such section without it. */
class LayersSectionTest {
  @TempDir Path dir;

  @Test
  void theNumbersAreThoseOfTheTables() throws Exception {
    MadeRuns runs = new MadeRuns(dir);
    MadeRuns.Run run = runs.run("fedit", "fedit", 1, 10).round(0.5, 1.0, 100).round(0.6, 0.9, 100);
    run.write();
    assertThat(runs.html()).doesNotContain("How the layers moved");
    run.analyzed(1, row -> row.put("merge_error", 0.25), row -> row.put("merge_error", 0.75));
    run.spectrum(1, "sum", 4, 2, 1);
    run.spectrum(2, "sum", 8, 2);
    run.spectrum(2, "update", 3, 3);
    run.write();
    String html = runs.html();
    assertThat(html).contains("How the layers moved", "<data value=\"0.5\">0.500</data>");
    String spectrum = html.substring(html.indexOf("id=\"t-layers-spectrum\""));
    spectrum = spectrum.substring(0, spectrum.indexOf("</table>"));
    assertThat(spectrum).contains("<data value=\"1.0\">", "<data value=\"0.25\">");
    assertThat(spectrum).doesNotContain("<data value=\"3\">");
    assertThat(html).doesNotContain("id=\"layers-drift\"");
  }
}
