package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tributary.batch.Batch;
import org.tributary.batch.ImageBatch;
import org.tributary.error.WrongInput;

@Timeout(20)
class PrefetchTest {
  private static Batch batch(int number) {
    return new ImageBatch(new float[1], new long[] {number}, 1, 1, 1);
  }

  private static boolean threadsAreGone() {
    return Thread.getAllStackTraces().keySet().stream()
        .noneMatch(t -> t.getName().equals("tributary-prefetch"));
  }

  @Test
  void theSameBatchesInTheSameOrderAndNoMoreThanAsked() {
    AtomicInteger made = new AtomicInteger();
    try (Prefetch ahead = new Prefetch(() -> batch(made.getAndIncrement()), 50)) {
      for (int i = 0; i < 50; i++) {
        assertThat(ahead.next().labels()).containsExactly(i);
      }
    }
    assertThat(made).hasValue(50);
    assertThat(threadsAreGone()).isTrue();
  }

  @Test
  void itWorksAheadOnAnotherThreadButNotFar() throws Exception {
    AtomicInteger made = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    Thread here = Thread.currentThread();
    try (Prefetch ahead =
        new Prefetch(
            () -> {
              assertThat(Thread.currentThread()).isNotSameAs(here);
              three.countDown();
              return batch(made.getAndIncrement());
            },
            1000)) {
      three.await();
      Thread.sleep(100);
      assertThat(made.get()).isEqualTo(3);
      assertThat(ahead.next().labels()).containsExactly(0);
    }
    assertThat(threadsAreGone()).isTrue();
    assertThat(made.get()).isLessThanOrEqualTo(4);
  }

  @Test
  void whatIsThrownComesUpWhereTheBatchWouldBe() {
    WrongInput broken = new WrongInput("row 7 is broken; mend it");
    AtomicInteger made = new AtomicInteger();
    try (Prefetch ahead =
        new Prefetch(
            () -> {
              if (made.get() == 2) {
                throw broken;
              }
              return batch(made.getAndIncrement());
            },
            9)) {
      ahead.next();
      ahead.next();
      assertThatThrownBy(ahead::next).isSameAs(broken);
    }
    OutOfMemoryError full = new OutOfMemoryError("on purpose");
    try (Prefetch ahead =
        new Prefetch(
            () -> {
              throw full;
            },
            9)) {
      assertThatThrownBy(ahead::next).isSameAs(full);
    }
    assertThat(threadsAreGone()).isTrue();
  }

  @Test
  void anInterruptedTrainingStopsWaitingAndStaysInterrupted() {
    CountDownLatch never = new CountDownLatch(1);
    try (Prefetch ahead =
        new Prefetch(
            () -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return batch(0);
            },
            9)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(ahead::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("interrupted");
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(threadsAreGone()).isTrue();
  }
}
