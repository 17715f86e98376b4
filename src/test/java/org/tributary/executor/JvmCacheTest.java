package org.tributary.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** JvmCache are shared while they are used, kept until another is needed, and dropped once. */
class JvmCacheTest {
  private record Bench(String key) {}

  private final List<String> made = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();
  private final JvmCache<Bench> benches = new JvmCache<>(bench -> dropped.add(bench.key()));

  private final List<Bench> taken = new ArrayList<>();

  private Bench take(String key) throws IOException {
    Bench bench =
        benches.take(
            key,
            () -> {
              made.add(key);
              return new Bench(key);
            });
    taken.add(bench);
    return bench;
  }

  /** A place that somebody has holds the end of the JVM up, and ends it by force at last. */
  @AfterEach
  void giveAllBack() {
    taken.forEach(benches::giveBack);
  }

  @Test
  void usersOfOneKeyShareABench() throws IOException {
    assertThat(take("a")).isSameAs(take("a"));
    assertThat(made).containsExactly("a");
  }

  @Test
  void theLastOneUsedIsKeptUntilAnotherIsMade() throws IOException {
    benches.giveBack(take("a"));
    benches.giveBack(take("a"));
    assertThat(made).containsExactly("a");
    assertThat(dropped).isEmpty();
    benches.giveBack(take("b"));
    assertThat(dropped).containsExactly("a");
    benches.clear();
    benches.clear();
    assertThat(dropped).containsExactly("a", "b");
  }

  @Test
  void whatIsInUseIsNotDropped() throws IOException {
    Bench first = take("a");
    Bench second = take("a");
    benches.giveBack(first);
    take("b");
    benches.clear();
    assertThat(dropped).isEmpty();
    benches.giveBack(second);
    benches.clear();
    assertThat(dropped).containsExactly("a");
  }

  @Test
  void whatCannotBeMadeTakesNoPlace() throws IOException {
    assertThatThrownBy(
            () ->
                benches.take(
                    "a",
                    () -> {
                      throw new IOException("no disk");
                    }))
        .hasMessage("no disk");
    benches.clear();
    assertThat(dropped).isEmpty();
    assertThat(take("a").key()).isEqualTo("a");
  }
}
