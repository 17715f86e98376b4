package org.tributary.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.tributary.cluster.SparkMaster;
import org.tributary.planning.RunPlan;

/**
 * How many clients the executors of a submission train at once, by their cores and their memory.
 *
 * @param master a Spark master URL
 * @param executors their number; 0 if the cluster decides
 * @param perExecutor clients at once in an executor, by its cores
 * @param heap of an executor, in bytes
 * @param overhead native memory that an executor is given, in bytes; for masters on this machine
 *     the machine's free memory
 */
record ClusterFit(String master, int executors, int perExecutor, long heap, long overhead) {
  /** Spark's share of the heap that an executor gets in addition, and the least. */
  private static final double OVERHEAD = 0.1;

  private static final long LEAST_OVERHEAD = 384L << 20;

  /**
   * Reads a submission.
   *
   * @param conf of the submission
   * @param threads of a client
   * @throws org.tributary.error.WrongInput if an executor has fewer cores
   */
  static ClusterFit of(SparkConf conf, int threads) throws IOException {
    SparkSessions.checkCores(conf, "client.threads", threads);
    String master = SparkMaster.of(conf);
    int executors = SparkMaster.executors(master, conf);
    boolean several = SparkMaster.hasSeveralNodes(master);
    int cores = SparkMaster.cores(master, conf);
    int each = cores == Integer.MAX_VALUE ? 1 : cores / threads;
    if (SparkMaster.isOneJvm(master)) {
      return new ClusterFit(master, 1, each, Runtime.getRuntime().maxMemory(), available());
    }
    long heap = conf.getSizeAsBytes("spark.executor.memory", "1g");
    long least = Math.max(LEAST_OVERHEAD, Math.round(OVERHEAD * heap));
    // A standalone cluster limits the heap only; what its nodes have free is not known here.
    long overhead =
        master.startsWith("spark://")
            ? Long.MAX_VALUE
            : several
                ? conf.getSizeAsBytes("spark.executor.memoryOverhead", (least >> 20) + "m")
                : available() / Math.max(1, executors) - heap;
    return new ClusterFit(master, executors, each, heap, overhead);
  }

  /** The memory of this machine that programs may take. */
  private static long available() throws IOException {
    Path facts = Path.of("/proc/meminfo");
    if (!Files.exists(facts)) {
      return Long.MAX_VALUE;
    }
    return Files.readAllLines(facts).stream()
        .filter(line -> line.startsWith("MemAvailable:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }

  /**
   * The clients at once in all executors, if their memory suffices; for one executor if unknown.
   */
  int slots() {
    return Math.max(1, Math.max(1, executors) * perExecutor);
  }

  /** The clients for which an executor has native memory, at their peaks. */
  long byNative(RunPlan plan) {
    long own = RunPlan.ENGINE + plan.space().baseCopied();
    long heapHere = SparkMaster.isOneJvm(master) ? Math.min(heap, heapNeed(plan)) : 0;
    return Math.max(0, (overhead - own - heapHere) / Math.max(1, need(plan)));
  }

  /** The clients for which an executor has heap. */
  long byHeap(RunPlan plan) {
    return Math.max(0, (heap - RunPlan.JVM) / Math.max(1, plan.space().heap()));
  }

  /** The native memory of a client at its peak, in training or in evaluation. */
  private static long need(RunPlan plan) {
    return Math.max(plan.memory().peak(), plan.space().evaluation());
  }

  private long heapNeed(RunPlan plan) {
    return RunPlan.JVM + perExecutor * plan.space().heap();
  }

  /** What fits, in sentences. */
  List<String> lines(RunPlan plan) {
    List<String> lines = new ArrayList<>();
    long nativeNeed = RunPlan.ENGINE + plan.space().baseCopied() + perExecutor * need(plan);
    boolean here = !SparkMaster.hasSeveralNodes(master);
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %s, %s at once in each; heap %s of %s, native memory up to %s%s",
            master,
            executors == 0
                ? "executors as the cluster gives them"
                : executors == 1 ? "1 executor" : executors + " executors",
            clients(perExecutor),
            PlanText.mb(heapNeed(plan)),
            PlanText.mb(heap),
            PlanText.mb(nativeNeed),
            overhead == Long.MAX_VALUE
                ? ", which a node must have free for each executor"
                : " of %s%s"
                    .formatted(
                        PlanText.mb(overhead),
                        here
                            ? " that this machine has free"
                            : " (spark.executor.memoryOverhead)")));
    long fits = Math.min(byNative(plan), byHeap(plan));
    lines.add(
        fits >= perExecutor
            ? "the %s of an executor is enough for %s at once"
                .formatted(
                    overhead == Long.MAX_VALUE ? "heap" : "memory", clients(Math.min(fits, 9999)))
            : advice(plan, fits, here));
    return lines;
  }

  private String advice(RunPlan plan, long fits, boolean here) {
    boolean heapShort = byHeap(plan) <= byNative(plan);
    String what =
        heapShort
            ? SparkMaster.isOneJvm(master)
                ? "raise TRIBUTARY_DRIVER_MEMORY"
                : "raise spark.executor.memory"
            : here
                ? "take fewer cores, or lower client.batch"
                : "raise spark.executor.memoryOverhead, or lower client.batch";
    return "the memory of an executor is enough for %s at once, not for %d: %s"
        .formatted(clients(fits), perExecutor, what);
  }

  private static String clients(long number) {
    return number == 1 ? "1 client" : number + " clients";
  }
}
