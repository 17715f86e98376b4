package org.tributary.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tributary.error.Trouble;
import org.tributary.fixture.Slow;

/** If the executors of a cluster never start, the wait ends, with the cause if there is one. */
@Timeout(120)
@Slow
class FirstExecutorTest {
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration HOUR = Duration.ofHours(1);

  private static FirstExecutor wait(
      SparkSession spark, Optional<FirstExecutor.Fault> fault, Duration limit, Duration stand) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    FirstExecutor.Executors executors =
        new FirstExecutor.Executors() {
          @Override
          public Optional<FirstExecutor.Fault> fault() {
            return fault;
          }

          @Override
          public void close() {}
        };
    return new FirstExecutor(context, executors, new FirstExecutor.Times(limit, LOOK, stand, LOOK));
  }

  private static Optional<FirstExecutor.Fault> fault(String words, FirstExecutor.Hope hope) {
    return Optional.of(new FirstExecutor.Fault(words, hope));
  }

  @Test
  void executorsThatNeverComeAreNotWaitedForForever() {
    // Its only worker has fewer cores than an executor requests.
    try (SparkSession spark =
        SparkSession.builder()
            .master("local-cluster[1,1,1024]")
            .appName("test")
            .config("spark.executor.cores", "4")
            .getOrCreate()) {
      Duration limit = LOOK.multipliedBy(4);
      assertThatThrownBy(() -> wait(spark, Optional.empty(), limit, HOUR).await())
          .isInstanceOf(Trouble.class)
          .hasMessageContaining("none has come")
          .hasMessageContaining(FirstExecutor.PROPERTY);
      Optional<FirstExecutor.Fault> room = fault("no room", FirstExecutor.Hope.SOME);
      assertThatThrownBy(() -> wait(spark, room, limit, LOOK).await())
          .as("a busy cluster is waited for, and named in the end")
          .isInstanceOf(Trouble.class)
          .hasMessageContaining("no executor that works: no room");
      Optional<FirstExecutor.Fault> image = fault("no such image", FirstExecutor.Hope.LITTLE);
      assertThatThrownBy(() -> wait(spark, image, HOUR, limit).await())
          .isInstanceOf(Trouble.class)
          .hasMessageContaining("no executor that works: no such image");
      Optional<FirstExecutor.Fault> ends = fault("3 pods ended", FirstExecutor.Hope.NONE);
      assertThatThrownBy(() -> wait(spark, ends, HOUR, HOUR).await())
          .isInstanceOf(Trouble.class)
          .hasMessageContaining("no executor that works: 3 pods ended");
    }
  }

  @Test
  void whoComesIsFound() {
    try (SparkSession spark =
        SparkSession.builder().master("local[1]").appName("test").getOrCreate()) {
      assertThatCode(() -> wait(spark, Optional.empty(), HOUR, HOUR).await())
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
    Pod full = pod("c", new ContainerStateBuilder());
    full.getStatus()
        .setConditions(
            List.of(
                new PodConditionBuilder()
                    .withType("PodScheduled")
                    .withStatus("False")
                    .withReason("Unschedulable")
                    .withMessage("0/3 nodes are available")
                    .build()));
    assertThat(ExecutorPods.fault(List.of())).isEmpty();
    assertThat(ExecutorPods.fault(List.of(creating)))
        .isEqualTo(fault("pod a: ContainerCreating", FirstExecutor.Hope.SOME));
    assertThat(ExecutorPods.fault(List.of(full)))
        .isEqualTo(fault("pod c: Unschedulable: 0/3 nodes are available", FirstExecutor.Hope.SOME));
    assertThat(ExecutorPods.fault(List.of(creating, full, image)))
        .isEqualTo(fault("pod b: ImagePullBackOff: no such image", FirstExecutor.Hope.LITTLE));
  }
}
