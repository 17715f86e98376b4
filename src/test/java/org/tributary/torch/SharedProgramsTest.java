package org.tributary.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import org.junit.jupiter.api.Test;

/** A text is compiled once. */
class SharedProgramsTest {
  private static final String ONE =
      "class Program(Module):\n  def one(self) -> int:\n    return 1\n";

  @Test
  void equalTextsAreOneProgram() {
    Program first = SharedPrograms.of(ONE, Device.cpu());
    assertThat(SharedPrograms.of(new StringBuilder(ONE).toString(), Device.cpu())).isSameAs(first);
    assertThat(SharedPrograms.of(ONE.replace("1", "2"), Device.cpu())).isNotSameAs(first);
  }
}
