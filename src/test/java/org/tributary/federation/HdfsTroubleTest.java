package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivilegedAction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.Store;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;
import org.tributary.run.Blueprint;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;

/** Commits on a real HDFS, and the messages if one of its paths is wrong. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@ExtendWith(Hdfs.Shared.class)
@Slow
class HdfsTroubleTest {
  @TempDir static Path dir;
  private static Hdfs hdfs;
  private static Store store;
  private static Tiny tiny;
  private static String root;

  @BeforeAll
  static void open(Hdfs shared) throws IOException {
    hdfs = shared;
    store = hdfs.store();
    tiny = new Tiny(dir.resolve("world"), 4, 5);
    hdfs.put(dir.resolve("world"), "/trouble");
    root = hdfs.uri() + "/trouble";
    put("torn/model.safetensors.index.json", "{\"weight_map\": {\"x\": \"absent.safetensors\"}}");
    put(
        "torn/config.json",
        new String(store.readAll(path("model/config.json")), StandardCharsets.UTF_8));
    put("file", "not a folder");
  }

  private static org.apache.hadoop.fs.Path path(String name) throws IOException {
    return store.path(root + "/" + name);
  }

  private static void put(String name, String text) throws IOException {
    store.commit(path(name), FileContent.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.path=%s/none   | none/config.json: there is no such file",
        "model.path=%s/torn   | lists files that are not there: absent.safetensors",
        "data.path=%s/none    | none does not exist; create it with partition",
        "data.path=%s/model   | model",
        "out=%s/file          | file exists and is not a run",
        "out=%s/file/x/y      | a folder is needed there, but",
        "model.path=hdfs:x    | 'hdfs:x' is not a path",
      })
  void wrongPathsAreNamedAndNothingIsWritten(String set, String message) throws Exception {
    String[] sets = {
      "out=" + root + "/run",
      "model.path=" + root + "/model",
      "data.path=" + root + "/data",
      set.formatted(root)
    };
    TrainConfig config = tiny.config("run", "fedavg", sets);
    Map<String, String> before = Hdfs.hashes(store, root);
    assertThatThrownBy(
            () -> {
              new Blueprint(store, config);
              RunFolder folder = new RunFolder(store.path(config.out()));
              RunConfig.of(store, new Blueprint(store, config)).checkAgainst(store, folder);
              RunLock.take(store, folder.lock(), "a", 1).close();
            })
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\tat ");
    assertThat(Hdfs.hashes(store, root)).isEqualTo(before);
  }

  @Test
  void hostsThatAreNoneAreNamed() {
    String[] paths = {"hdfs://nohost.invalid/x", "hdfs://localhost:1/x"};
    JobRun.of("merge-adapter", "--model", paths[0], "--adapter", "a", "--out", root + "/merged")
        .assertTold(
            2, "hdfs://nohost.invalid/x: there is no host nohost.invalid", "HADOOP_CONF_DIR");
    JobRun.of("train", paths[0]).assertTold(2, "there is no host nohost.invalid");
    JobRun.of("merge-adapter", "--model", paths[1], "--adapter", "a", "--out", root + "/merged")
        .assertTold(1, "A file system cannot be reached", "localhost:1", "Connection refused");
    JobRun.of("train", paths[1]).assertTold(1, "A file system cannot be reached", "localhost:1");
  }

  @Test
  void whoMayNotIsTold() throws Exception {
    hdfs.files().setPermission(path("model"), new FsPermission("700"));
    String[] job = {
      "logits", "--model", root + "/model", "--input", root + "/in", "--out", root + "/out"
    };
    UserGroupInformation.createRemoteUser("stranger")
        .doAs((PrivilegedAction<JobRun>) () -> JobRun.of(job))
        .assertTold(1, "Permission denied: user=stranger, access=EXECUTE", "ask who owns it");
  }

  @Test
  void ofManyWritersOneWinsWhole() throws Exception {
    int writers = 4;
    ExecutorService pool = Executors.newFixedThreadPool(writers);
    try {
      CyclicBarrier together = new CyclicBarrier(writers);
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        byte[] bytes = new byte[100_000];
        Arrays.fill(bytes, (byte) writer);
        Runnable wait =
            () -> {
              try {
                together.await();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            };
        tasks.add(() -> store.commit(path("race/f"), FileContent.of(bytes), wait));
      }
      int winner = -1;
      List<Future<Boolean>> made = pool.invokeAll(tasks);
      for (int writer = 0; writer < writers; writer++) {
        if (made.get(writer).get()) {
          assertThat(winner).as("the only one").isNegative();
          winner = writer;
        }
      }
      assertThat(store.readAll(path("race/f"))).containsOnly((byte) winner).hasSize(100_000);
      assertThat(hdfs.files().listStatus(path("race"))).hasSize(1);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void failuresLeaveNothingAndFilesAreNoFolders() throws Exception {
    assertThatThrownBy(
            () ->
                store.commit(
                    path("failed/f"),
                    out -> {
                      out.write(new byte[1 << 18]);
                      throw new IOException("from the content");
                    }))
        .hasMessage("from the content");
    assertThat(hdfs.files().listStatus(path("failed"))).isEmpty();
    assertThat(store.exists(path("file/below/it"))).isFalse();
    for (String name : List.of("file/below", "file/below/it")) {
      assertThatThrownBy(() -> store.commit(path(name), FileContent.of(new byte[1])))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("a folder is needed there, but")
          .hasMessageContaining("trouble/file is a file");
    }
    assertThatThrownBy(() -> store.commit(path("failed"), FileContent.of(new byte[1])))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("is a folder");
  }

  @Test
  void everyBlockIsOnTheDisk() throws Exception {
    long before = hdfs.syncs();
    store.commit(path("blocks"), FileContent.of(new byte[5 * 65536 + 1]));
    assertThat(hdfs.syncs() - before).as("one for each block at least").isGreaterThanOrEqualTo(6);
  }
}
