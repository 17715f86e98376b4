package org.tributary.job;

import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.Utils;
import org.tributary.checkpoint.S3Settings;
import org.tributary.checkpoint.StoreTrouble;
import org.tributary.cluster.SparkMaster;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;

/** Opens Spark sessions for jobs, and gives the configuration of file systems before that. */
public final class SparkSessions {
  private static final String HEARTBEAT_TIMEOUT = "spark.storage.blockManagerHeartbeatTimeoutMs";

  private SparkSessions() {}

  /**
   * Opens a session for a job whose tasks use one core each; the caller closes it.
   *
   * @param job name of the job in the cluster's user interface
   * @return a session with the time zone UTC
   * @throws WrongInput if there is no master
   */
  public static SparkSession open(String job) {
    SparkMaster.of(new SparkConf());
    return open(job, SparkSession.builder(), 1);
  }

  /**
   * Opens a session for a job whose tasks use several threads; the caller closes it. On a cluster
   * an executor gets the cores of one task, unless the submission says otherwise, so that a client
   * that crashes its JVM does not end other clients.
   *
   * @param job name of the job in the cluster's user interface
   * @param key the configuration key with the threads of a task
   * @param taskCpus CPU threads that one task uses, at least 1: Spark places tasks accordingly
   * @return a session with the time zone UTC
   * @throws WrongInput if there is no master, or its executors have fewer cores than a task takes
   */
  public static SparkSession open(String job, String key, int taskCpus) {
    SparkConf conf = new SparkConf();
    checkCores(conf, key, taskCpus);
    return open(job, SparkSession.builder().config(executorCores(conf, taskCpus)), taskCpus);
  }

  /**
   * Checks that an executor has the cores of one task.
   *
   * @param conf of the submission
   * @param key the configuration key with the threads of a task
   * @param taskCpus CPU threads that one task uses
   * @throws WrongInput if there is no master, or its executors have fewer cores
   */
  static void checkCores(SparkConf conf, String key, int taskCpus) {
    String master = SparkMaster.of(conf);
    int cores = SparkMaster.cores(master, conf);
    if (cores < taskCpus) {
      throw new WrongInput(
          "%s is %d, but an executor of %s has %d cores; lower it or give more cores"
              .formatted(key, taskCpus, master, cores));
    }
  }

  /**
   * The settings that give an executor the cores of one task, unless the submission says otherwise.
   */
  static Map<String, Object> executorCores(SparkConf conf, int taskCpus) {
    boolean ours =
        SparkMaster.hasSeveralNodes(SparkMaster.of(conf)) && !conf.contains("spark.executor.cores");
    return ours ? Map.of("spark.executor.cores", taskCpus) : Map.of();
  }

  /**
   * The settings that let a single JVM go on after a pause, such as the sleep of a laptop, unless
   * the submission sets this key. After two minutes without a heartbeat Spark would count its only
   * executor as lost, answer none of its later heartbeats, and end the JVM after the sixtieth.
   */
  static Map<String, Object> pauses(SparkConf conf) {
    boolean ours = SparkMaster.isOneJvm(SparkMaster.of(conf)) && !conf.contains(HEARTBEAT_TIMEOUT);
    return ours ? Map.of(HEARTBEAT_TIMEOUT, "365d") : Map.of();
  }

  private static SparkSession open(String job, SparkSession.Builder builder, int taskCpus) {
    builder
        .config(pauses(new SparkConf()))
        .appName("tributary " + job)
        .config("spark.task.cpus", taskCpus)
        .config("spark.ui.showConsoleProgress", false)
        .config("spark.sql.session.timeZone", "UTC");
    S3Settings.missing(SparkHadoopUtil.get().newConfiguration(new SparkConf()))
        .forEach((key, value) -> builder.config("spark.hadoop." + key, value));
    try {
      return builder.getOrCreate();
    } catch (Exception e) { // Scala does not declare its exceptions
      String folders = String.join(", ", Utils.getConfiguredLocalDirs(new SparkConf()));
      Optional<Trouble> full = StoreTrouble.ofFullDisk(e, "spark.local.dir " + folders);
      if (full.isPresent()) {
        throw new UncheckedIOException(full.get());
      }
      throw e;
    }
  }

  /**
   * Opens a session for a job whose threads are its clients'; the caller closes it.
   *
   * @param job name of the job in the cluster's user interface
   * @param taskCpus CPU threads that one task uses, at least 1
   * @return a session with the time zone UTC
   * @throws WrongInput if there is no master, or its executors have fewer cores than a task takes
   */
  public static SparkSession open(String job, int taskCpus) {
    return open(job, "client.threads", taskCpus);
  }

  /**
   * The configuration of file systems before there is a session.
   *
   * @return Hadoop's configuration, with the {@code spark.hadoop.*} properties of this submission
   */
  public static Configuration hadoop() {
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(new SparkConf());
    S3Settings.missing(hadoop).forEach(hadoop::set);
    return hadoop;
  }

  /**
   * Reads settings from the file in the property {@code tributary.settings}, unless they are set
   * already. spark-submit does this for jobs, but not for other commands.
   */
  public static void takeSettings() {
    String file = System.getProperty("tributary.settings");
    if (file != null) {
      Utils.loadDefaultSparkProperties(new SparkConf(), file);
    }
  }
}
