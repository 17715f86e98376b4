package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tributary.error.Trouble;

/** A cluster whose executors never come ends the wait, with the cause where there is one. */
@Timeout(120)
class FirstExecutorTest {
  private static FirstExecutor wait(
      SparkSession spark, Optional<String> fault, Duration limit, Duration look) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return new FirstExecutor(context, () -> fault, limit, look);
  }

  @Test
  void executorsThatNeverComeAreNotWaitedForForever() {
    // Its one worker has fewer cores than an executor asks for.
    try (SparkSession spark =
        SparkSession.builder()
            .master("local-cluster[1,1,1024]")
            .appName("test")
            .config("spark.executor.cores", "4")
            .getOrCreate()) {
      Duration look = Duration.ofMillis(50);
      assertThatThrownBy(() -> wait(spark, Optional.empty(), look.multipliedBy(4), look).await())
          .isInstanceOf(Trouble.class)
          .hasMessageContaining("none has come")
          .hasMessageContaining(FirstExecutor.PROPERTY);
      assertThatThrownBy(
              () -> wait(spark, Optional.of("no such image"), Duration.ofHours(1), look).await())
          .isInstanceOf(Trouble.class)
          .hasMessageContaining("no executor that works: no such image");
    }
  }

  @Test
  void whoComesIsFound() {
    try (SparkSession spark =
        SparkSession.builder().master("local[1]").appName("test").getOrCreate()) {
      Duration minute = Duration.ofMinutes(1);
      assertThatCode(() -> wait(spark, Optional.empty(), minute, minute).await())
          .doesNotThrowAnyException();
    }
  }

  private static Pod pod(String name, ContainerStateBuilder state) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewStatus()
        .withPhase("Pending")
        .withContainerStatuses(new ContainerStatusBuilder().withState(state.build()).build())
        .endStatus()
        .build();
  }

  @Test
  void whatKubernetesSaysOfPods() {
    Pod creating =
        pod(
            "a",
            new ContainerStateBuilder()
                .withNewWaiting()
                .withReason("ContainerCreating")
                .endWaiting());
    Pod image =
        pod(
            "b",
            new ContainerStateBuilder()
                .withNewWaiting()
                .withReason("ImagePullBackOff")
                .withMessage("no such image")
                .endWaiting());
    Pod ended =
        pod(
            "c",
            new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(127)
                .withReason("Error")
                .endTerminated());
    Assertions.assertThat(ExecutorPods.fault(List.of(creating))).isEmpty();
    Assertions.assertThat(ExecutorPods.fault(List.of(creating, image, ended)))
        .contains("pod b: ImagePullBackOff: no such image");
    Assertions.assertThat(ExecutorPods.fault(List.of(ended)))
        .contains("pod c ended with exit code 127 (Error)");
  }
}
