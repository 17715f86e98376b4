package org.tributary.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.fs.viewfs.ViewFileSystem;
import org.apache.hadoop.hdfs.protocol.DSQuotaExceededException;
import org.apache.hadoop.util.Progressable;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.StopRequest;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;
import org.tributary.fixture.Slow;

/** What {@link Store} guarantees, on the local disk, with a rename and with an upload. */
@Timeout(120)
class StoreTest {
  @TempDir java.nio.file.Path disk;
  private final Configuration hadoop = new Configuration();
  private Store store;

  @BeforeEach
  void configure() {
    // viewfs represents file systems that commit by rename, s3a those that commit by close.
    hadoop.set("fs.viewfs.mounttable.test.link./data", disk.toUri().toString());
    // Each test has its own folder, and a cached file system would keep the first test's folder.
    hadoop.setBoolean("fs.viewfs.impl.disable.cache", true);
    FakeObjectStore.set(hadoop, FakeObjectStore.class, disk);
    store = Store.of(hadoop);
  }

  private Store patient(int seconds) {
    hadoop.setInt(Store.PATIENCE, seconds);
    return Store.of(hadoop);
  }

  private Path path(String scheme, String name) throws IOException {
    return switch (scheme) {
      case "file" -> store.path(disk.resolve(name).toString());
      case "viewfs" -> store.path("viewfs://test/data/" + name);
      default -> store.path("s3a://bucket/" + name);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "viewfs", "s3a"})
  void writesOnceAndReadsBack(String scheme) throws IOException {
    Path target = path(scheme, "a/b/with space+ü.bin");
    assertThat(store.exists(target)).isFalse();
    assertThat(store.commit(target, FileContent.of("first".getBytes(UTF_8)))).isTrue();
    assertThat(store.commit(target, FileContent.of("second".getBytes(UTF_8)))).isFalse();
    assertThat(store.readAll(target)).asString(UTF_8).isEqualTo("first");
    assertThat(store.sha256(target))
        .isEqualTo("a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e");
    assertThat(names(target.getParent())).containsExactly("with space+ü.bin");
    store.delete(target.getParent());
    assertThat(store.exists(target.getParent())).isFalse();
    store.delete(target.getParent());
    assertThat(store.list(target.getParent())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "viewfs", "s3a"})
  void targetAppearsOnlyAfterBeforeCommit(String scheme) throws IOException {
    Path target = path(scheme, "folder/f");
    List<Boolean> seen = new ArrayList<>();
    boolean made =
        store.commit(
            target,
            out -> {
              out.write(1);
              out.close();
              seen.add(store.exists(target));
            },
            () -> seen.add(existsUnchecked(target)));
    assertThat(made).isTrue();
    assertThat(seen).containsExactly(false, false);
    assertThat(store.readAll(target)).containsExactly(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "viewfs", "s3a"})
  void losesAgainstOneThatCommitsInBetween(String scheme) throws IOException {
    Path target = path(scheme, "folder/f");
    boolean made =
        store.commit(
            target, FileContent.of(new byte[] {1}), () -> commitUnchecked(target, (byte) 2));
    assertThat(made).isFalse();
    assertThat(store.readAll(target)).containsExactly(2);
    assertThat(onDisk()).containsExactly("f");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "viewfs", "s3a"})
  void failuresLeaveNothing(String scheme) throws IOException {
    Path target = path(scheme, "folder/f");
    assertThatThrownBy(
            () ->
                store.commit(
                    target,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new java.nio.file.FileAlreadyExistsException("from the content");
                    }))
        .isInstanceOf(java.nio.file.FileAlreadyExistsException.class);
    assertThatThrownBy(
            () ->
                store.commit(
                    target,
                    out -> out.write(1),
                    () -> {
                      throw new IllegalStateException("before commit");
                    }))
        .hasMessage("before commit");
    assertThat(store.exists(target)).isFalse();
    assertThat(onDisk()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "viewfs", "s3a"})
  void aFullDiskIsToldWithPathNeedAndFreeSpace(String scheme) throws IOException {
    Store patient = patient(1);
    Path target = path(scheme, "folder/f");
    List<Integer> tries = new ArrayList<>();
    FileContent full =
        out -> {
          tries.add(1);
          out.write(new byte[1000]);
          throw new IOException("No space left on device");
        };
    assertThatThrownBy(() -> patient.commit(target, full))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("folder/f: No space left on device: more than 1000 bytes needed")
        .hasMessageEndingWith(": make room and run the same command again: what is done is kept")
        .hasMessageNotContaining("\n");
    assertThat(tries).hasSizeGreaterThan(2);
    assertThat(onDisk()).isEmpty();

    tries.clear();
    FileContent soon =
        out -> {
          out.write(new byte[1000]);
          if (tries.size() < 2) {
            tries.add(1);
            throw new IOException("No space left on device");
          }
        };
    assertThat(patient(30).commit(target, soon)).isTrue();
    assertThat(store.readAll(target)).hasSize(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "viewfs", "s3a"})
  void whoIsAskedToStopBeginsNothingMoreAlsoWhereTheInterruptIsLost(String scheme)
      throws IOException {
    Path there = path(scheme, "there");
    Path missing = path(scheme, "missing");
    store.commit(there, FileContent.of(new byte[10]));
    List<Integer> pieces = new ArrayList<>();
    List<ThrowingCallable> steps =
        List.of(
            () -> store.exists(there),
            () -> store.list(there.getParent()),
            () -> store.readAll(there),
            () -> store.delete(there),
            () -> store.commit(missing, FileContent.of(new byte[10])));
    try {
      StopRequest.to(Thread.currentThread());
      assertThat(Thread.interrupted()).isTrue(); // as after a library that catches the interrupt
      for (ThrowingCallable step : steps) {
        assertThatThrownBy(step).isInstanceOf(InterruptedIOException.class);
      }
    } finally {
      assertThat(StopRequest.take()).isTrue();
    }
    assertThat(names(there.getParent())).containsExactly("there");
    FileContent large =
        out -> {
          for (int i = 0; i < 3; i++) {
            out.write(i);
            pieces.add(i);
            StopRequest.to(Thread.currentThread());
            assertThat(Thread.interrupted()).isTrue();
          }
        };
    assertThatThrownBy(() -> store.commit(missing, large))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(StopRequest.take()).isTrue();
    assertThat(pieces).containsExactly(0);
    assertThat(names(there.getParent())).containsExactly("there");
  }

  @Test
  void aNeedThatIsNotKnownIsThatOfAFile() {
    assertThatThrownBy(
            () ->
                store.commit(
                    path("file", "folder/f"),
                    out -> {
                      out.write(1);
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(Trouble.class)
        .hasMessageMatching(
            ".*folder/f: No space left on device: room for one more file needed, [0-9.]+ (MB|bytes) free: make.*");
  }

  @Test
  void whatHadoopPointsToIsLeftOut() {
    String said = "Call From vm to vm:9820 failed on connection exception: Connection refused";
    assertThatThrownBy(
            () ->
                store.commit(
                    path("viewfs", "f"),
                    out -> {
                      throw new ConnectException(
                          said
                              + "; For more details see:  http://wiki.apache.org/hadoop/ConnectionRefused");
                    }))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining(said + ": check host and port")
        .hasMessageNotContaining("wiki");
  }

  @Test
  void dataNodesThatAreAwayAreNoFullDisk() throws IOException {
    String said = "File /f could only be written to 0 of the 1 minReplication nodes.";
    assertThatThrownBy(
            () ->
                store.commit(
                    path("viewfs", "folder/f"),
                    out -> {
                      throw new IOException(said);
                    }))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("/data/folder/f: " + said)
        .hasMessageContaining("see that the file system's data nodes are there and have room, and")
        .hasMessageNotContaining("make room");
  }

  @Test
  @Slow
  void aStreamThatFailsAgainWhenItIsClosedIsTriedAgain() throws IOException {
    hadoop.setClass("fs.viewfs.impl", OverQuota.class, FileSystem.class);
    Path target = path("viewfs", "folder/f");
    OverQuota.failures.set(Integer.MAX_VALUE);
    assertThatThrownBy(() -> patient(1).commit(target, out -> out.write(new byte[1000])))
        .isInstanceOf(Trouble.class)
        .hasMessage(
            target
                + ": The DiskSpace quota of /data is exceeded: quota = 1 B: 1000 bytes needed: make"
                + " room within the quota (on HDFS a file counts with whole blocks while it is"
                + " written), or have it raised, and run the same command again: what is done is"
                + " kept");
    assertThat(onDisk()).isEmpty();

    OverQuota.failures.set(2);
    assertThat(patient(30).commit(target, out -> out.write(new byte[1000]))).isTrue();
    assertThat(store.readAll(target)).hasSize(1000);
  }

  /** Like HDFS, where a failed stream throws the same exception when it is closed. */
  public static final class OverQuota extends ViewFileSystem {
    private static final AtomicInteger failures = new AtomicInteger();

    /** Instantiated by Hadoop. */
    public OverQuota() throws IOException {}

    @Override
    public FSDataOutputStream create(
        Path file,
        FsPermission permission,
        boolean overwrite,
        int buffer,
        short replication,
        long block,
        Progressable progress)
        throws IOException {
      FSDataOutputStream out =
          super.create(file, permission, overwrite, buffer, replication, block, progress);
      if (failures.getAndDecrement() <= 0) {
        return out;
      }
      IOException failure =
          new DSQuotaExceededException("The DiskSpace quota of /data is exceeded: quota = 1 B");
      return new FSDataOutputStream(
          new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
              throw failure;
            }

            @Override
            public void close() throws IOException {
              out.close();
              throw failure;
            }
          },
          null);
    }
  }

  @Test
  void ofManyWritersOneWinsWhole() throws Exception {
    int writers = 8;
    ExecutorService pool = Executors.newFixedThreadPool(writers);
    try {
      for (int round = 0; round < 25; round++) {
        Path target = path("file", "race/" + round);
        CyclicBarrier together = new CyclicBarrier(writers);
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
          byte[] bytes = new byte[100_000];
          Arrays.fill(bytes, (byte) writer);
          tasks.add(() -> store.commit(target, FileContent.of(bytes), () -> await(together)));
        }
        int winners = 0;
        int winner = -1;
        List<Future<Boolean>> made = pool.invokeAll(tasks);
        for (int writer = 0; writer < writers; writer++) {
          if (made.get(writer).get()) {
            winners++;
            winner = writer;
          }
        }
        assertThat(winners).isEqualTo(1);
        byte[] expected = new byte[100_000];
        Arrays.fill(expected, (byte) winner);
        assertThat(store.readAll(target)).isEqualTo(expected);
      }
      assertThat(onDisk()).hasSize(25);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void ignoresWhatAKilledWriterLeft() throws IOException {
    Path target = path("file", "folder/f");
    Files.createDirectories(disk.resolve("folder"));
    Files.writeString(disk.resolve("folder/.f.0b6c.tmp"), "half");
    assertThat(store.list(target.getParent())).isEmpty();
    assertThat(store.commit(target, FileContent.of(new byte[] {7}))).isTrue();
    assertThat(names(target.getParent())).containsExactly("f");
  }

  @Test
  void listsSortedWithMarkersAndFoldersButNotBelow() throws IOException {
    for (String name : List.of("b", "_SUCCESS", "a/below", ".hidden")) {
      store.commit(path("file", "folder/" + name), FileContent.of(new byte[0]));
    }
    assertThat(names(path("file", "folder"))).containsExactly(".hidden", "_SUCCESS", "a", "b");
  }

  @Test
  void pathsAreQualified() throws IOException {
    assertThat(store.path("some/where").toString())
        .isEqualTo("file:" + System.getProperty("user.dir") + "/some/where");
    assertThat(store.path("viewfs://test/x").toString()).isEqualTo("viewfs://test/x");
    assertThatThrownBy(() -> store.path(""))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("write a URI");
    assertThatThrownBy(() -> store.path("gopher://x/y"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("gopher");
    assertThatThrownBy(() -> store.path("hdfs:///x"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("hdfs:/x: has no host: write hdfs://host/folder");
    assertThatThrownBy(() -> store.path("hdfs://nohost.invalid/x"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("there is no host nohost.invalid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "viewfs"})
  void refusesAFolderAsTargetAndAFileAsFolder(String scheme) throws IOException {
    store.commit(path(scheme, "folder/f"), FileContent.of(new byte[0]));
    assertThatThrownBy(() -> store.commit(path(scheme, "folder"), FileContent.of(new byte[0])))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> store.commit(path(scheme, "folder/f/g"), FileContent.of(new byte[0])))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("folder/f");
    assertThatThrownBy(() -> store.open(path(scheme, "none")))
        .isInstanceOf(FileNotFoundException.class);
  }

  private List<String> names(Path folder) throws IOException {
    return store.list(folder).stream().map(FileStatus::getPath).map(Path::getName).toList();
  }

  /** Every file below the temporary folder, except checksums that viewfs writes to local disks. */
  private List<String> onDisk() throws IOException {
    try (Stream<java.nio.file.Path> all = Files.walk(disk)) {
      return all.filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(".f.crc"))
          .toList();
    }
  }

  private boolean existsUnchecked(Path path) {
    try {
      return store.exists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void commitUnchecked(Path path, byte content) {
    try {
      store.commit(path, FileContent.of(new byte[] {content}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(CyclicBarrier together) {
    try {
      together.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
