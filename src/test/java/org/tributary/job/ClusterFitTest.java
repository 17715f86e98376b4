package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The resources that each kind of master gives to clients. */
class ClusterFitTest {
  private static ClusterFit fit(String master, int threads, String... settings) throws IOException {
    SparkConf conf = new SparkConf(false).set("spark.master", master);
    for (String setting : settings) {
      conf.set(setting.split("=")[0], setting.split("=")[1]);
    }
    return ClusterFit.of(conf, threads);
  }

  @ParameterizedTest
  @CsvSource({
    "local, 1, 1, 1, 1",
    "local[4], 1, 1, 4, 4",
    "local[4], 2, 1, 2, 2",
    "'local-cluster[3,2,1024]', 1, 3, 2, 6",
    "'local-cluster[3,2,1024]', 2, 3, 1, 3",
    "spark://host:7077, 2, 0, 1, 1"
  })
  void slotsByCores(String master, int threads, int executors, int each, int slots)
      throws IOException {
    ClusterFit fit = fit(master, threads);
    assertThat(fit.executors()).isEqualTo(executors);
    assertThat(fit.perExecutor()).isEqualTo(each);
    assertThat(fit.slots()).isEqualTo(slots);
  }

  @Test
  void memoryOfYarnIsThatOfItsSettings() throws IOException {
    ClusterFit fit =
        fit(
            "yarn",
            1,
            "spark.executor.instances=4",
            "spark.executor.cores=2",
            "spark.executor.memory=2g",
            "spark.executor.memoryOverhead=3g");
    assertThat(fit.slots()).isEqualTo(8);
    assertThat(fit.heap()).isEqualTo(2L << 30);
    assertThat(fit.overhead()).isEqualTo(3L << 30);
    ClusterFit plain = fit("yarn", 1, "spark.executor.memory=10g");
    assertThat(plain.overhead()).as("Spark's tenth").isEqualTo(1024L << 20);
  }

  @Test
  void aStandaloneClusterLimitsTheHeapOnly() throws IOException {
    ClusterFit fit = fit("spark://host:7077", 1, "spark.executor.memory=2g");
    assertThat(fit.heap()).isEqualTo(2L << 30);
    assertThat(fit.overhead()).isEqualTo(Long.MAX_VALUE);
  }
}
