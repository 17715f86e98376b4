package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;
import org.tributary.fixture.Slow;

/** Reads that fail in the middle are resumed, and never mistaken for the end of the file. */
@Timeout(60)
class RetryingInputTest {
  private static final int SIZE = 20_000;

  @TempDir java.nio.file.Path disk;
  private final byte[] bytes = new byte[SIZE];
  private final Configuration hadoop = new Configuration();
  private Path file;

  @BeforeEach
  void write() throws Exception {
    new Random(7).nextBytes(bytes);
    FakeObjectStore.set(hadoop, BreakingStore.class, disk);
    Files.write(disk.resolve("file"), bytes);
    file = new Path("s3a://bucket/file");
    hadoop.setInt(Store.PATIENCE, 30);
  }

  @AfterEach
  void heal() {
    BreakingStore.heal();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 7, 20})
  void aWholeFileIsReadOverBreaks(int every) throws Exception {
    Store store = Store.of(hadoop);
    String hash = store.sha256(file);
    BreakingStore.breakEvery(every);
    assertThat(store.readAll(file)).isEqualTo(bytes);
    assertThat(BreakingStore.reads()).isGreaterThan(every);
    BreakingStore.breakEvery(every);
    assertThat(store.sha256(file)).isEqualTo(hash);
  }

  @Test
  void placesAreKeptOverBreaks() throws Exception {
    BreakingStore.breakEvery(3);
    try (FSDataInputStream in = Store.of(hadoop).open(file)) {
      assertThat(in.read()).isEqualTo(bytes[0] & 0xff);
      byte[] some = new byte[5000];
      in.readFully(9000, some); // at a position, which does not move the stream
      assertThat(some).isEqualTo(java.util.Arrays.copyOfRange(bytes, 9000, 14_000));
      in.seek(4000);
      in.readFully(some);
      assertThat(some).isEqualTo(java.util.Arrays.copyOfRange(bytes, 4000, 9000));
      assertThat(in.skip(1000)).isEqualTo(1000);
      assertThat(in.getPos()).isEqualTo(10_000);
      assertThat(in.readAllBytes()).isEqualTo(java.util.Arrays.copyOfRange(bytes, 10_000, SIZE));
      assertThat(in.read()).isEqualTo(-1);
      assertThat(in.skip(1)).isZero();
    }
  }

  @Test
  void oneBreakNeedsNoPatience() throws Exception {
    hadoop.setInt(Store.PATIENCE, 0);
    BreakingStore.breakNext(1);
    assertThat(Store.of(hadoop).readAll(file)).isEqualTo(bytes);
  }

  @Test
  @Slow
  void severalAreWaitedFor() throws Exception {
    BreakingStore.breakNext(4);
    assertThat(Store.of(hadoop).readAll(file)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void patienceIsBounded(int seconds) {
    hadoop.setInt(Store.PATIENCE, seconds);
    BreakingStore.breakEvery(1);
    assertThatThrownBy(() -> Store.of(hadoop).readAll(file))
        .isInstanceOf(Trouble.class)
        .hasMessageStartingWith("s3a://bucket/file: ")
        .hasMessageEndingWith("run the same command again: what is done is kept")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aFileThatIsAnotherByThenIsRefused() throws Exception {
    BreakingStore.breakEvery(5);
    try (FSDataInputStream in = Store.of(hadoop).open(file)) {
      in.readNBytes(4000);
      Files.write(disk.resolve("file"), new byte[SIZE + 1]);
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(WrongInput.class)
          .hasMessage(
              "s3a://bucket/file: changed while it was read; see that nobody writes to it, and run again");
    }
  }
}
