package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.FakeObjectStore;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.Slow;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
@Slow
class RunLockTest {
  private static final RunLock.Holder ME = RunLock.Holder.me("mine", 60);
  @TempDir java.nio.file.Path dir;
  private Path folder;

  @BeforeEach
  void folder() {
    folder = Tiny.hadoop(dir.resolve("run/lock"));
  }

  private RunLock take(String application, int lease) throws IOException, InterruptedException {
    return RunLock.take(Tiny.STORE, folder, application, lease);
  }

  private void held(RunLock.Holder holder) throws IOException {
    assertThat(JsonFiles.commit(Tiny.STORE, new Path(folder, "00000001.json"), holder)).isTrue();
  }

  private List<String> names() throws IOException {
    return Tiny.STORE.list(folder).stream().map(f -> f.getPath().getName()).toList();
  }

  private static Duration since(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  @Test
  void isTakenGivenBackAndTakenAgainAtOnce() throws Exception {
    take("a", 60).close();
    assertThat(names()).containsExactly("00000001.json", "00000001.released");
    long begin = System.nanoTime();
    try (RunLock lock = take("b", 60)) {
      lock.check();
      assertThat(names()).containsExactly("00000002.json");
    }
    assertThat(since(begin)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void isTakenOverFromASilentHolderElsewhereAfterItsLease() throws Exception {
    held(new RunLock.Holder("other", "elsewhere", 1, "long ago", 1));
    long begin = System.nanoTime();
    try (RunLock lock = take("b", 60)) {
      lock.check();
    }
    assertThat(since(begin)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void isRefusedWhileAHolderElsewhereRenewsIt() throws Exception {
    held(new RunLock.Holder("other", "elsewhere", 17, "long ago", 20));
    Thread holder =
        new Thread(
            () -> {
              try {
                Thread.sleep(300);
                Tiny.STORE.commit(new Path(folder, "00000001.1"), out -> out.write('\n'));
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    holder.start();
    assertThatThrownBy(() -> take("b", 60))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("application other (process 17 on elsewhere)")
        .hasMessageContaining("wait until it ends, or use another out");
    holder.join();
    assertThat(names()).containsExactlyInAnyOrder("00000001.json", "00000001.1");
  }

  @Test
  void isTakenAtOnceFromAProcessOfThisHostThatIsGone() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    held(new RunLock.Holder("other", ME.host(), process.pid(), "long ago", 60));
    long begin = System.nanoTime();
    take("b", 60).close();
    assertThat(since(begin)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void isTakenAtOnceWhereAnotherProcessHasTheNumberOfTheOneThatIsGone() throws Exception {
    held(new RunLock.Holder("other", ME.host(), ME.pid(), "long ago", 60));
    long begin = System.nanoTime();
    take("b", 60).close();
    assertThat(since(begin)).isLessThan(Duration.ofSeconds(10));
  }

  /** A damaged lock does not harm the run. */
  @Test
  void whoRemovesADamagedLockGetsOn() throws Exception {
    Path file = new Path(folder, "00000001.json");
    Tiny.STORE.commit(file, out -> out.write('{'));
    assertThatThrownBy(() -> take("a", 60))
        .isInstanceOf(WrongInput.class)
        .hasMessage(
            "%s is damaged; see that no other driver works on this run, and remove the folder %s"
                .formatted(file, folder));
    Tiny.STORE.delete(folder);
    take("a", 60).close();
  }

  @Test
  void ofTwoWhoTakeItAtOnceOneGetsIt() throws Exception {
    held(new RunLock.Holder("other", "elsewhere", 1, "long ago", 1));
    ofTwoOneGetsIt(application -> take(application, 1));
  }

  /** Takes a lock for an application. */
  private interface Taker {
    RunLock take(String application) throws Exception;
  }

  private static void ofTwoOneGetsIt(Taker each) throws Exception {
    ExecutorService two = Executors.newFixedThreadPool(2);
    CyclicBarrier start = new CyclicBarrier(2);
    List<RunLock> taken = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    List<Future<RunLock>> takers = new ArrayList<>();
    for (String application : List.of("a", "b")) {
      takers.add(
          two.submit(
              () -> {
                start.await();
                return each.take(application);
              }));
    }
    for (Future<RunLock> taker : takers) {
      try {
        taken.add(taker.get());
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(WrongInput.class);
        refused.add(e.getCause().getMessage());
      }
    }
    two.shutdown();
    assertThat(taken).hasSize(1);
    assertThat(refused).hasSize(1);
    assertThat(refused.get(0)).contains("process " + ME.pid() + " on " + ME.host());
    taken.get(0).check();
    taken.get(0).close();
  }

  /** An object store in which two writers both see no object and both create it. */
  public static final class Racing extends FakeObjectStore {
    private static final CyclicBarrier BOTH = new CyclicBarrier(2);

    @Override
    protected OutputStream object(Path path, boolean overwrite) throws IOException {
      OutputStream object = super.object(path, overwrite);
      if (path.getName().equals("00000001.json")) {
        try {
          BOTH.await();
        } catch (InterruptedException | BrokenBarrierException e) {
          throw new IOException(e);
        }
      }
      return object;
    }
  }

  @Test
  void ofTwoWhoMakeTheSameObjectOneGetsIt() throws Exception {
    Configuration hadoop = new Configuration();
    FakeObjectStore.set(hadoop, Racing.class, dir);
    Store store = Store.of(hadoop);
    Path there = new Path("s3a://bucket/run/lock");
    ofTwoOneGetsIt(application -> RunLock.take(store, there, application, 1));
  }

  @Test
  void aHolderLearnsThatItWasTakenOver() throws Exception {
    try (RunLock lock = take("a", 60)) {
      JsonFiles.commit(Tiny.STORE, new Path(folder, "00000002.json"), ME);
      assertThatThrownBy(lock::check)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another driver took the run over");
    }
  }
}
