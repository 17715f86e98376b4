package org.tributary.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Values are shared while in use, kept until another one is needed, and dropped once. */
class JvmCacheTest {
  private record Value(String key) {}

  private final List<String> made = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();
  private final JvmCache<Value> cache = new JvmCache<>(value -> dropped.add(value.key()));

  private final List<Value> taken = new ArrayList<>();

  private Value take(String key) throws IOException {
    Value value =
        cache.take(
            key,
            () -> {
              made.add(key);
              return new Value(key);
            });
    taken.add(value);
    return value;
  }

  /** A value still in use delays the end of the JVM, until the end is forced. */
  @AfterEach
  void giveAllBack() {
    taken.forEach(cache::giveBack);
  }

  @Test
  void usersOfOneKeyShareAValue() throws IOException {
    assertThat(take("a")).isSameAs(take("a"));
    assertThat(made).containsExactly("a");
  }

  @Test
  void theLastOneUsedIsKeptUntilAnotherIsMade() throws IOException {
    cache.giveBack(take("a"));
    cache.giveBack(take("a"));
    assertThat(made).containsExactly("a");
    assertThat(dropped).isEmpty();
    cache.giveBack(take("b"));
    assertThat(dropped).containsExactly("a");
    cache.clear();
    cache.clear();
    assertThat(dropped).containsExactly("a", "b");
  }

  @Test
  void whatIsInUseIsNotDropped() throws IOException {
    Value first = take("a");
    Value second = take("a");
    cache.giveBack(first);
    take("b");
    cache.clear();
    assertThat(dropped).isEmpty();
    cache.giveBack(second);
    cache.clear();
    assertThat(dropped).containsExactly("a");
  }

  @Test
  void whatCannotBeMadeIsNotKept() throws IOException {
    assertThatThrownBy(
            () ->
                cache.take(
                    "a",
                    () -> {
                      throw new IOException("no disk");
                    }))
        .hasMessage("no disk");
    cache.clear();
    assertThat(dropped).isEmpty();
    assertThat(take("a").key()).isEqualTo("a");
  }
}
