package org.tributary.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages have a readable length, however large the input is. */
class WrongInputTest {
  @Test
  void linesAreBounded() {
    String message = WrongInput.all("x:", Collections.nCopies(5000, "is wrong")).getMessage();
    assertThat(message.lines()).hasSize(102).last().isEqualTo("  and 4,900 more");
    assertThat(WrongInput.all("x:", List.of("a", "b")).getMessage()).isEqualTo("x:\n  a\n  b");
    String some = WrongInput.some("x:", Collections.nCopies(11, "is wrong")).getMessage();
    assertThat(some.lines()).hasSize(12).last().isEqualTo("  and 1 more");
  }

  @Test
  void longLinesAreCut() {
    String message = new WrongInput("short\n" + "a".repeat(100_000)).getMessage();
    assertThat(message).hasSizeLessThan(5000).contains("(96000 more characters)");
  }
}
