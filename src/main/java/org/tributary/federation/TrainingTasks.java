package org.tributary.federation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.StageInfo;
import org.tributary.cluster.LostExecutor;
import org.tributary.error.Trouble;
import scala.collection.JavaConverters;

/** The tasks of one Spark job: which are running, which failed, and why. */
final class TrainingTasks extends SparkListener {
  /** The local property that identifies this job. */
  static final String JOB = "tributary.job";

  private final String job = UUID.randomUUID().toString();
  private final Set<Integer> stages = new HashSet<>();
  private final Set<Long> running = new HashSet<>();
  private final Set<Integer> failing = new HashSet<>();
  private final List<LostExecutor> killed = new ArrayList<>();
  private Trouble trouble;

  /** The value of {@link #JOB}. */
  String job() {
    return job;
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart start) {
    if (start.properties() != null && job.equals(start.properties().getProperty(JOB))) {
      for (StageInfo stage : JavaConverters.seqAsJavaList(start.stageInfos())) {
        stages.add(stage.stageId());
      }
    }
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    if (stages.contains(start.stageId())) {
      running.add(start.taskInfo().taskId());
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    if (!stages.contains(end.stageId())) {
      return;
    }
    running.remove(end.taskInfo().taskId());
    if (!end.taskInfo().failed()) {
      return;
    }
    failing.add(end.taskInfo().index());
    if (end.reason() instanceof ExceptionFailure failure && failure.exception().isDefined()) {
      Optional<Trouble> found = Trouble.in(failure.exception().get());
      trouble = found.orElse(trouble);
    } else if (end.reason() instanceof ExecutorLostFailure lost) {
      LostExecutor executor = LostExecutor.of(lost);
      if (!executor.byItsTask()) {
        killed.add(executor);
      }
    }
  }

  synchronized boolean areRunning() {
    return !running.isEmpty();
  }

  /** The partitions that had a task that failed. */
  synchronized Set<Integer> failing() {
    return new HashSet<>(failing);
  }

  /** The last failure of a store or a machine in a task, if any. */
  synchronized Optional<Trouble> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** The executors that were taken away from their tasks; no task is the reason. */
  synchronized List<LostExecutor> killed() {
    return List.copyOf(killed);
  }
}
