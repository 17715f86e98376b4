package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/** An estimator that is called again, after its end or after a stop. */
@Slow
@Timeout(120)
class FineTunerResumeTest {
  @TempDir static Path dir;

  @RegisterExtension
  static final LocalSpark SPARK = new LocalSpark().with("spark.sql.shuffle.partitions", "2");

  private static Tiny tiny;
  private static Dataset<Row> texts;

  @BeforeAll
  static void make() throws Exception {
    tiny = new Tiny(dir.resolve("tiny"), 5, 5);
    texts = TinyFrame.texts(SPARK.session(), 30, 1);
  }

  private static FederatedFineTuner tuner(String work) {
    return TinyFrame.tuner(tiny.model(), dir.resolve(work));
  }

  /** Size and time of each file, except the lock, which every call takes. */
  private static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.getParent().endsWith("lock")) {
          files.put(file.toString(), Files.size(file) + " " + Files.getLastModifiedTime(file));
        }
      }
    }
    return files;
  }

  private static List<Path> runs(String work) throws IOException {
    try (Stream<Path> runs = Files.list(dir.resolve(work).resolve("runs"))) {
      return runs.toList();
    }
  }

  @Test
  void theSameRowsAndParamsGiveTheFinishedResult() throws Exception {
    FineTunedModel first = tuner("again").fit(texts);
    Map<String, String> before = files(dir.resolve("again"));
    Dataset<Row> shuffled = texts.orderBy(functions.col("text").desc()).repartition(3);
    FineTunedModel second = tuner("again").fit(shuffled.drop("number"));
    assertThat(second.resultFolder()).isEqualTo(first.resultFolder());
    assertThat(files(dir.resolve("again"))).isEqualTo(before);

    FineTunedModel longer = tuner("again").setRounds(3).fit(texts);
    FineTunedModel fewer = tuner("again").fit(texts.filter("id > 2"));
    assertThat(List.of(longer.resultFolder(), fewer.resultFolder()))
        .doesNotHaveDuplicates()
        .doesNotContain(first.resultFolder());
    assertThat(files(dir.resolve("again"))).containsAllEntriesOf(before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStoppedCallResumesWithTheSameBits(boolean byGroup) throws Exception {
    String work = "stopped" + byGroup;
    FederatedFineTuner slow = tuner(work).setRounds(3).setSteps(60);
    FutureTask<FineTunedModel> cell =
        new FutureTask<>(
            () -> {
              SPARK.session().sparkContext().setJobGroup(work, "cell", false);
              return slow.fit(texts);
            });
    Thread thread = new Thread(cell);
    thread.start();
    Path runs = dir.resolve(work).resolve("runs");
    while (!Files.exists(runs)
        || !Files.exists(runs(work).get(0).resolve("rounds/round=00000/_SUCCESS"))) {
      assertThat(cell.isDone()).as("the run ended too early").isFalse();
      Thread.sleep(20);
    }
    if (byGroup) {
      while (!cell.isDone()) { // Spark forgets a cancellation that comes between two jobs
        SPARK.session().sparkContext().cancelJobGroup(work);
        Thread.sleep(20);
      }
    } else {
      thread.interrupt();
    }
    assertThatThrownBy(cell::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(InterruptedIOException.class)
        .hasMessageContaining("call it again to resume");
    Path run = runs(work).get(0);
    assertThat(run.resolve("model")).doesNotExist();

    FineTunedModel resumed = slow.fit(texts);
    assertThat(runs(work)).containsExactly(run);
    assertThat(run.resolve("model")).exists();
    FineTunedModel whole =
        slow.copy(ParamMap.empty()).setWorkDir(dir.resolve("whole").toString()).fit(texts);
    assertThat(TinyFrame.tensors(resumed)).isEqualTo(TinyFrame.tensors(whole));
  }
}
