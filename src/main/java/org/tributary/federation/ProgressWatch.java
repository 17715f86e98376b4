package org.tributary.federation;

import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import scala.Tuple4;
import scala.collection.Iterator;
import scala.collection.Seq;

/** Forwards the steps that tasks of this JVM report, and those in the heartbeats of other JVMs. */
final class ProgressWatch extends SparkListener implements AutoCloseable {
  private final JavaSparkContext spark;
  private final StepProgress progress;
  private final int round;
  private final RoundListener listener;

  ProgressWatch(JavaSparkContext spark, StepProgress progress, int round, RoundListener listener) {
    this.spark = spark;
    this.progress = progress;
    this.round = round;
    this.listener = listener;
    spark.sc().addSparkListener(this);
    progress.listen(this::tell);
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    Iterator<Tuple4<Object, Object, Object, Seq<AccumulableInfo>>> tasks =
        update.accumUpdates().iterator();
    while (tasks.hasNext()) {
      Iterator<AccumulableInfo> infos = tasks.next()._4().iterator();
      while (infos.hasNext()) {
        AccumulableInfo info = infos.next();
        if (info.id() == progress.id() && info.update().isDefined()) {
          tell(info.update().get());
        }
      }
    }
  }

  private void tell(Object value) {
    if (value instanceof Map<?, ?> latest) {
      for (Object entry : latest.values()) {
        if (entry instanceof StepProgress.Step s) {
          tell(s);
        }
      }
    }
  }

  private void tell(StepProgress.Step s) {
    listener.step(round, s.client(), s.step(), s.steps(), s.loss());
  }

  @Override
  public void close() {
    progress.listen(null);
    spark.sc().removeSparkListener(this);
  }
}
