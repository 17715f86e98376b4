package org.tributary.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tributary.error.StopRequest;

/** Where a driver's work ends. */
@Timeout(20)
class InterruptibleTest {
  @Test
  void anInterruptThatALibraryCaughtStillEndsTheWork() throws Exception {
    FutureTask<String> work =
        new FutureTask<>(
            () -> {
              Interruptible.check();
              StopRequest.to(Thread.currentThread());
              assertThat(Thread.interrupted()).isTrue();
              try {
                Interruptible.check();
                return "went on";
              } catch (InterruptedException e) {
                return "ended";
              }
            });
    new Thread(work).start();
    assertThat(work.get()).isEqualTo("ended");
  }
}
