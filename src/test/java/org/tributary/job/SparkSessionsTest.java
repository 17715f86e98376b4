package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.cluster.SparkMaster;
import org.tributary.error.WrongInput;
import org.tributary.fixture.Slow;

class SparkSessionsTest {
  @AfterEach
  void noMaster() {
    System.clearProperty("spark.master");
    System.clearProperty("spark.submit.deployMode");
  }

  private static Configuration on(String defaultFileSystem) {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.defaultFS", defaultFileSystem);
    return hadoop;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "local; false",
        "local[2]; false",
        "local[*]; false",
        "local[*,3]; false",
        "local-cluster[2,1,1024]; false",
        "spark://h:7077; true",
        "yarn; true",
        "k8s://https://h:6443; true"
      })
  void mastersWithSeveralNodes(String master, boolean several) {
    assertThat(SparkMaster.hasSeveralNodes(master)).isEqualTo(several);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"local; 1", "local[3]; 3", "local-cluster[2,5,1024]; 5", "yarn; 2147483647"})
  void coresOfAnExecutor(String master, int cores) {
    assertThat(SparkMaster.cores(master, new SparkConf(false))).isEqualTo(cores);
    SparkConf conf = new SparkConf(false).set("spark.executor.cores", "2");
    assertThat(SparkMaster.cores("yarn", conf)).isEqualTo(2);
  }

  @Test
  void anExecutorOnAClusterGetsTheCoresOfOneTask() {
    SparkConf conf = new SparkConf(false).set("spark.master", "spark://h:7077");
    assertThat(SparkSessions.executorCores(conf, 3)).containsEntry("spark.executor.cores", 3);
    conf.set("spark.executor.cores", "6");
    assertThat(SparkSessions.executorCores(conf, 3)).isEmpty();
    SparkConf local = new SparkConf(false).set("spark.master", "local-cluster[2,5,1024]");
    assertThat(SparkSessions.executorCores(local, 3)).isEmpty();
  }

  @Test
  void onlyASingleJvmNeedsNoHeartbeats() {
    String key = "spark.storage.blockManagerHeartbeatTimeoutMs";
    SparkConf conf = new SparkConf(false).set("spark.master", "local[3]");
    assertThat(SparkSessions.pauses(conf)).containsEntry(key, "365d");
    assertThat(SparkSessions.pauses(conf.clone().set(key, "9s"))).isEmpty();
    for (String master : List.of("local-cluster[2,5,1024]", "spark://h:7077", "yarn")) {
      assertThat(SparkSessions.pauses(conf.set("spark.master", master))).as(master).isEmpty();
    }
  }

  @Test
  void localPathsAreRefusedWhereThereAreSeveralNodes() {
    System.setProperty("spark.master", "spark://h:7077");
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("out", "runs/a");
    paths.put("model.path", "file:/models/m");
    paths.put("data.path", "hdfs://h/d");
    paths.put("data.other", null);
    assertThatThrownBy(() -> PathChecks.checkReachable(paths, false, on("file:///")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "out: runs/a is a path of one machine, but spark://h:7077 has several")
        .hasMessageContaining("model.path: file:/models/m")
        .hasMessageContaining("shared: true")
        .hasMessageNotContaining("data.path");
    assertThatThrownBy(() -> PathChecks.checkReachable(paths, false, on("hdfs://h/")))
        .hasMessageContaining("model.path: ")
        .hasMessageNotContaining("out: ");
    assertThatCode(() -> PathChecks.checkReachable(paths, true, on("file:///")))
        .doesNotThrowAnyException();
    System.setProperty("spark.submit.deployMode", "cluster");
    assertThatThrownBy(() -> PathChecks.checkReachable(paths, true, on("file:///")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("out: runs/a is relative, but the driver runs on the cluster")
        .hasMessageNotContaining("model.path");
    assertThatThrownBy(() -> PathChecks.checkReachable(paths, false, on("hdfs://h/")))
        .hasMessageNotContaining("relative");
    System.setProperty("spark.master", "local-cluster[2,1,1024]");
    assertThatCode(() -> PathChecks.checkReachable(paths, false, on("file:///")))
        .doesNotThrowAnyException();
  }

  @Test
  void noMasterAndTooFewCoresAreWrongInput() {
    assertThatThrownBy(() -> SparkSessions.open("train", 1))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("jobs/submit MASTER JOB");
    System.setProperty("spark.master", "local[2]");
    assertThatThrownBy(() -> SparkSessions.open("train", 3))
        .isInstanceOf(WrongInput.class)
        .hasMessage(
            "client.threads is 3, but an executor of local[2] has 2 cores; lower it or give more"
                + " cores");
  }

  @Test
  @Slow
  void aSessionPlacesTasksByTheirThreads() {
    System.setProperty("spark.master", "local[2]");
    try (SparkSession spark = SparkSessions.open("train", 2)) {
      assertThat(spark.conf().get("spark.task.cpus")).isEqualTo("2");
      assertThat(spark.conf().get("spark.sql.session.timeZone")).isEqualTo("UTC");
      assertThat(spark.sparkContext().appName()).isEqualTo("tributary train");
      assertThat(spark.range(10).count()).isEqualTo(10);
    }
  }
}
