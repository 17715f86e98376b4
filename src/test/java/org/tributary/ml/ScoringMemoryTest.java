package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.MemoryWatch;
import org.tributary.fixture.Slow;
import org.tributary.torch.Torch;

/** A partition is scored as a stream: one batch is in memory, whatever the number of rows. */
@Slow
class ScoringMemoryTest {
  private static final int ROWS = 5000;
  private static final int BATCH = 50;
  private static final AtomicLong READ = new AtomicLong();
  private static final List<Long> AHEAD = Collections.synchronizedList(new ArrayList<>());
  private static final List<Integer> ARRAYS = Collections.synchronizedList(new ArrayList<>());

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  /** Arrays of the whole engine. */
  private static int arrays() {
    try (NDManager one = Torch.manager(Device.cpu())) {
      return MemoryWatch.arrays(one.getParentManager());
    }
  }

  @Test
  void theEngineHoldsAsManyArraysAfterManyRowsAsAfterFew() {
    Dataset<Row> rows =
        SPARK
            .session()
            .range(0, ROWS, 1, 1)
            .map(
                (MapFunction<Long, String>)
                    id -> {
                      READ.incrementAndGet();
                      return "what is the treatment of disease " + id;
                    },
                Encoders.STRING())
            .toDF("text");
    Dataset<Row> scored =
        new TextEmbedder()
            .setModelUrl(GoldenCases.of("bert").toString())
            .setBatchSize(BATCH)
            .transform(
                new TextClassifier()
                    .setModelUrl(GoldenCases.of("bert").toString())
                    .setBatchSize(BATCH)
                    .transform(rows));
    scored.foreachPartition(
        (ForeachPartitionFunction<Row>)
            all -> {
              for (int done = 1; all.hasNext(); done++) {
                all.next();
                if (done % 500 == 0) {
                  AHEAD.add(READ.get() - done);
                  ARRAYS.add(arrays());
                }
              }
            });
    assertThat(ARRAYS).hasSize(ROWS / 500);
    assertThat(ARRAYS).containsOnly(ARRAYS.get(0));
    assertThat(AHEAD).allSatisfy(ahead -> assertThat(ahead).isBetween(0L, 2L * BATCH));
  }
}
