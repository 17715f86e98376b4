package org.tributary.generation;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.Tuple4;
import scala.collection.Iterator;
import scala.collection.Seq;

/** Adds up the work of finished tasks and the progress in the heartbeats of running tasks. */
final class GenerationProgress extends SparkListener implements AutoCloseable {
  private final SparkContext spark;
  private final GenerationWork.Counts counts;
  private final GenerationListener listener;
  private final long before;
  private final long all;
  private final Map<Long, long[]> running = new HashMap<>();

  GenerationProgress(
      SparkContext spark,
      GenerationWork.Counts counts,
      GenerationListener listener,
      long before,
      long all) {
    this.spark = spark;
    this.counts = counts;
    this.listener = listener;
    this.before = before;
    this.all = all;
    spark.addSparkListener(this);
    tell();
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    Iterator<Tuple4<Object, Object, Object, Seq<AccumulableInfo>>> tasks =
        update.accumUpdates().iterator();
    while (tasks.hasNext()) {
      Tuple4<Object, Object, Object, Seq<AccumulableInfo>> task = tasks.next();
      Iterator<AccumulableInfo> infos = task._4().iterator();
      while (infos.hasNext()) {
        AccumulableInfo info = infos.next();
        int place = info.id() == counts.rows().id() ? 0 : info.id() == counts.tokens().id() ? 1 : 2;
        if (place < 2 && info.update().isDefined() && info.update().get() instanceof Long n) {
          running.computeIfAbsent((Long) task._1(), id -> new long[2])[place] = n;
        }
      }
    }
    tell();
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    running.remove(end.taskInfo().taskId());
    tell();
  }

  private void tell() {
    long rows = before + counts.rows().value();
    long tokens = counts.tokens().value();
    for (long[] part : running.values()) {
      rows += part[0];
      tokens += part[1];
    }
    listener.written(Math.min(rows, all), all, tokens);
  }

  @Override
  public void close() {
    spark.removeSparkListener(this);
  }
}
