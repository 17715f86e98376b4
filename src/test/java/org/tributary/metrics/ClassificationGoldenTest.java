package org.tributary.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Scores equal scikit-learn's, on a case with a class that is never predicted and one that never
 * occurs (but is predicted).
 */
class ClassificationGoldenTest {
  private static final Offset<Double> TOLERANCE = within(1e-12);
  private static JsonNode golden;
  private static Confusion confusion;

  @BeforeAll
  static void count() throws IOException {
    Path file = Path.of(System.getProperty("golden"), "metrics", "classification.json");
    golden = JSON.readTree(file.toFile());
    int classes = golden.get("n_classes").intValue();
    long[][] counts = new long[classes][classes];
    for (int i = 0; i < golden.get("y_true").size(); i++) {
      counts[golden.get("y_true").get(i).intValue()][golden.get("y_pred").get(i).intValue()]++;
    }
    confusion = new Confusion(counts);
  }

  @Test
  void theMatrix() {
    JsonNode expected = golden.get("confusion_matrix");
    assertThat(confusion.counts()).hasDimensions(expected.size(), expected.size());
    for (int t = 0; t < expected.size(); t++) {
      for (int p = 0; p < expected.size(); p++) {
        assertThat(confusion.counts()[t][p]).isEqualTo(expected.get(t).get(p).longValue());
      }
    }
    assertThat(confusion.rows()).isEqualTo(500);
  }

  @Test
  void accuracy() {
    assertThat(confusion.microF1()).isCloseTo(golden.get("accuracy").doubleValue(), TOLERANCE);
    assertThat(confusion.microF1()).isCloseTo(golden.get("f1_micro").doubleValue(), TOLERANCE);
  }

  @Test
  void f1OfEveryClass() {
    JsonNode expected = golden.get("per_class").get("f1");
    for (int c = 0; c < expected.size(); c++) {
      assertThat(confusion.f1(c)).as("%d", c).isCloseTo(expected.get(c).doubleValue(), TOLERANCE);
    }
  }

  @Test
  void macroF1IsOverTheDeclaredClasses() {
    assertThat(confusion.macroF1()).isCloseTo(golden.get("f1_macro").doubleValue(), TOLERANCE);
  }
}
