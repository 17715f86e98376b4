package org.tributary.cluster;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.tributary.error.WrongInput;

/** Facts that follow from the master of a submission. */
public final class SparkMaster {
  private static final Pattern LOCAL = Pattern.compile("local(\\[([0-9]+|\\*)(,[0-9]+)?])?");
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*([0-9]+)\\s*,\\s*([0-9]+)\\s*,\\s*([0-9]+)\\s*]");

  private SparkMaster() {}

  /**
   * Whether a master's executors may run on other machines than the driver.
   *
   * @param master a Spark master URL
   * @return false for {@code local}, {@code local[n]} and {@code local-cluster[n,c,m]}
   */
  public static boolean hasSeveralNodes(String master) {
    return !LOCAL.matcher(master).matches() && !LOCAL_CLUSTER.matcher(master).matches();
  }

  /**
   * The cores of one executor.
   *
   * @param master a Spark master URL
   * @param conf of the submission
   * @return their number if it is known; no limit if the cluster decides
   */
  public static int cores(String master, SparkConf conf) {
    Matcher local = LOCAL.matcher(master);
    if (local.matches()) {
      String n = local.group(2) == null ? "1" : local.group(2);
      return n.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(n);
    }
    Matcher cluster = LOCAL_CLUSTER.matcher(master);
    if (cluster.matches()) {
      return Integer.parseInt(cluster.group(2));
    }
    return conf.getInt("spark.executor.cores", Integer.MAX_VALUE);
  }

  /**
   * The executors of a submission.
   *
   * @param master a Spark master URL
   * @param conf of the submission
   * @return their number, 1 for a local master; 0 if the cluster decides
   */
  public static int executors(String master, SparkConf conf) {
    if (LOCAL.matcher(master).matches()) {
      return 1;
    }
    Matcher cluster = LOCAL_CLUSTER.matcher(master);
    return cluster.matches()
        ? Integer.parseInt(cluster.group(1))
        : conf.getInt("spark.executor.instances", 0);
  }

  /**
   * Whether all clients train in the driver's JVM.
   *
   * @param master a Spark master URL
   * @return true for {@code local}, {@code local[n]}, {@code local[*]}
   */
  public static boolean isOneJvm(String master) {
    return LOCAL.matcher(master).matches();
  }

  /**
   * The master of a submission.
   *
   * @param conf of the submission
   * @return a Spark master URL
   * @throws WrongInput if there is none
   */
  public static String of(SparkConf conf) {
    if (!conf.contains("spark.master")) {
      throw new WrongInput("No Spark master: start jobs with jobs/submit MASTER JOB ARGS");
    }
    return conf.get("spark.master");
  }

  /**
   * Whether the driver runs on the cluster, or will run there after this submission.
   *
   * @return false for drivers that run on the machine where they are started
   */
  public static boolean isAway() {
    return new SparkConf().get("spark.submit.deployMode", "client").equals("cluster");
  }
}
