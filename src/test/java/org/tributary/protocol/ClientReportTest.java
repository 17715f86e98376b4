package org.tributary.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A report is text in the header of an update. */
class ClientReportTest {
  private static final ClientReport REPORT =
      new ClientReport(
          "0007",
          3,
          "app-1",
          120,
          5,
          900,
          1.5,
          0.75,
          1.125,
          2.5,
          4,
          6.25,
          1000,
          2000,
          3000,
          4000,
          "host",
          "cpu()",
          2,
          "AVX2",
          5000,
          List.of(new ClientReport.StepLoss(1, 1.5), new ClientReport.StepLoss(5, 0.75)));

  @Test
  void aReportComesBackFromItsText() {
    assertThat(ClientReport.of(REPORT.json())).isEqualTo(REPORT);
    assertThat(REPORT.json()).contains("\"samples\":120", "\"lossMean\":1.125");
    String earlier = REPORT.json().replaceAll(",\"losses\":\\[.*\\]", "");
    assertThat(earlier).doesNotContain("losses");
    assertThat(ClientReport.of(earlier).losses()).isEmpty();
    for (String wrong : List.of("", "{", "{\"client\":[]}")) {
      assertThatThrownBy(() -> ClientReport.of(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not a client's report");
    }
  }
}
