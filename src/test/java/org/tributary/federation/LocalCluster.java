package org.tributary.federation;

import java.io.File;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.sql.SparkSession;

/** Spark with two executors of one core each, each in its own JVM. */
final class LocalCluster {
  /** Options for JVMs that run for only a few seconds. */
  static final String JVM_OPTIONS =
      JavaModuleOptions.defaultModuleOptions() + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  private LocalCluster() {}

  static SparkSession open(Disturbance disturbance, int maxFailures) {
    return open(SparkSession.builder(), disturbance, maxFailures);
  }

  static SparkSession open(SparkSession.Builder builder, Disturbance disturbance, int maxFailures) {
    String classes =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> new File(entry).isDirectory())
            .collect(Collectors.joining(File.pathSeparator));
    return builder
        .master("local-cluster[2,1,1024]")
        .appName("test")
        .config("spark.executor.extraClassPath", classes)
        .config("spark.executor.extraJavaOptions", JVM_OPTIONS)
        .config("spark.executorEnv.OMP_WAIT_POLICY", "PASSIVE")
        .config("spark.executorEnv.MALLOC_ARENA_MAX", "2")
        .config("spark.executorEnv.DJL_OFFLINE", "true")
        .config("spark.executorEnv.OPT_OUT_TRACKING", "true")
        .config("spark.task.maxFailures", maxFailures) // a killed JVM costs seconds
        .config(ClientListener.PROPERTY, Disturbance.Listener.class.getName())
        .config(Disturbance.FOLDER, disturbance.folder().toString())
        .getOrCreate();
  }
}
