package org.tributary.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {
  private final List<String> closed = new ArrayList<>();

  private AutoCloseable named(String name) {
    return () -> closed.add(name);
  }

  private AutoCloseable failing(String name) {
    return () -> {
      closed.add(name);
      throw new IllegalArgumentException(name + " is stuck");
    };
  }

  @Test
  void whatWasOpenWhenOpeningFailsIsClosedLastFirst() {
    assertThatThrownBy(
            () -> {
              try (Resources opening = new Resources()) {
                opening.add(named("a"));
                opening.add(named("b"));
                throw new IllegalStateException("no c");
              }
            })
        .hasMessage("no c");
    assertThat(closed).containsExactly("b", "a");
  }

  @Test
  void whatIsKeptIsClosedOnceLastFirst() {
    Resources kept;
    try (Resources opening = new Resources()) {
      opening.add(named("a"));
      opening.add(null);
      opening.add(named("b"));
      kept = opening.keep();
    }
    assertThat(closed).isEmpty();
    kept.close();
    kept.close();
    assertThat(closed).containsExactly("b", "a");
  }

  @Test
  void allAreClosedWhateverOneThrows() {
    Resources resources = new Resources();
    resources.add(failing("a"));
    resources.add(named("b"));
    resources.add(failing("c"));
    assertThatThrownBy(resources::close)
        .hasMessage("could not be closed: c is stuck")
        .satisfies(
            e -> assertThat(e.getSuppressed()).extracting("message").containsExactly("a is stuck"));
    assertThat(closed).containsExactly("c", "b", "a");
  }
}
