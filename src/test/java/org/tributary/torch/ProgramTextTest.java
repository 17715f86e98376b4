package org.tributary.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Placeholders are filled literally, and none is forgotten. */
class ProgramTextTest {
  @Test
  void fillsEveryPlace() {
    assertThat(ProgramText.fill("${a}, [${b}] and ${a}${b}", Map.of("a", 1e-12, "b", 384)))
        .isEqualTo("1.0E-12, [384] and 1.0E-12384");
  }

  @Test
  void constantsAreNoPatterns() {
    assertThat(ProgramText.fill("x = \"${name}\"", Map.of("name", "a\\b$1${c}")))
        .isEqualTo("x = \"a\\b$1${c}\"");
  }

  @Test
  void aMissingConstantIsNamed() {
    assertThatThrownBy(() -> ProgramText.fill("${heads} ${hidden}", Map.of("heads", 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("${hidden}");
  }

  @Test
  void joinsResourcesInOrder() {
    String prelude = ProgramText.of(org.tributary.model.Model.class, "prelude.py");
    String bert = ProgramText.of(org.tributary.model.Model.class, "bert.py");
    assertThat(prelude).contains("def join(");
    assertThat(ProgramText.of(org.tributary.model.Model.class, "prelude.py", "bert.py"))
        .isEqualTo(prelude + bert);
  }

  @Test
  void aMissingResourceIsNamed() {
    assertThatThrownBy(() -> ProgramText.of(ProgramTextTest.class, "nothing.py"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("nothing.py is not next to org.tributary.torch.ProgramTextTest");
  }
}
