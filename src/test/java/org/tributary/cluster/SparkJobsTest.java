package org.tributary.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.error.Trouble;

/** Spark's message about a job whose executors died is reported in one line. */
class SparkJobsTest {
  private static final String TRACE = "\nDriver stacktrace:\n\tat org.apache.spark.scheduler.DAG";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Job aborted due to stage failure: Task 0 in stage 5.0 failed 4 times, most recent failure: Lost task 0.3 in stage 5.0 (TID 9) (10.0.0.7 executor 3): ExecutorLostFailure (executor 3 exited caused by one of the running tasks) Reason: Command exited with code 137 | merge: an executor was lost 4 times with the same task, from outside (Command exited with code 137): if it was killed for memory, give executors more (spark.executor.memoryOverhead)",
        "Job aborted due to stage failure: Task 7 in stage 5.1 failed 2 times, most recent failure: Lost task 7.1 in stage 5.1 (TID 9) (10.0.0.7 executor 3): ExecutorLostFailure (executor 3 exited unrelated to the running tasks) | merge: an executor was lost 2 times with the same task, from outside (unknown): if it was killed for memory, give executors more (spark.executor.memoryOverhead)",
        "Job aborted due to stage failure: Task 0 in stage 5.0 failed 4 times, most recent failure: Lost task 0.3 in stage 5.0 (TID 9) (10.0.0.7 executor 3): ExecutorLostFailure (executor 3 exited caused by one of the running tasks) Reason: Command exited with code 134 | merge: an executor ended itself 4 times with the same task (Command exited with code 134): its log on the cluster says why",
        "Job aborted due to stage failure: ResultStage 39 (collect at PartWriter.java:168) has failed the maximum allowable number of times: 4. Most recent failure reason: | merge: executors were lost 4 times with what they had shuffled: their logs on the cluster say why",
        "Job aborted due to stage failure: Master removed our application: FAILED | merge: the cluster ended the application (Master removed our application: FAILED), as its executors died or somebody ended it: their logs on the cluster say why",
      })
  void lostExecutors(String said, String told) {
    Exception thrown = new IOException("writing", new IllegalStateException(said + TRACE));
    assertThat(SparkJobs.lost("merge", thrown))
        .get()
        .extracting(Trouble::getMessage)
        .isEqualTo(told + "; run the same command again: what is done is kept");
  }

  @ParameterizedTest
  @CsvSource({
    "Job aborted due to stage failure: Task 0 in stage 5.0 failed 4 times; most recent failure: java.lang.IllegalStateException",
    "nothing",
  })
  void othersAreNone(String said) {
    assertThat(SparkJobs.lost("merge", new IllegalStateException(said + TRACE))).isEmpty();
    Trouble trouble = new Trouble("told", new IllegalStateException("ExecutorLostFailure"));
    assertThat(SparkJobs.lost("merge", new IllegalStateException(trouble))).isEmpty();
  }
}
