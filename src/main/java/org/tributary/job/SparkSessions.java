package org.tributary.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.Utils;
import org.tributary.checkpoint.ObjectStores;
import org.tributary.checkpoint.PathNames;
import org.tributary.checkpoint.S3Settings;
import org.tributary.checkpoint.Store;
import org.tributary.checkpoint.StoreTrouble;
import org.tributary.config.FrameworkSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;

/** Opens Spark sessions for jobs, and runs the checks before that. */
public final class SparkSessions {
  private static final Pattern LOCAL = Pattern.compile("local(\\[([0-9]+|\\*)(,[0-9]+)?])?");
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*[0-9]+\\s*,\\s*([0-9]+)\\s*,\\s*[0-9]+\\s*]");

  /** The most bytes of the name of a new folder: names of files in it contain the name and more. */
  private static final int LONGEST_OUT = 200;

  private SparkSessions() {}

  /**
   * Opens a session for a job whose tasks use one core each; the caller closes it.
   *
   * @param job name of the job in the cluster's user interface
   * @return a session with the time zone UTC
   * @throws WrongInput if there is no master
   */
  public static SparkSession open(String job) {
    master(new SparkConf());
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
    String master = master(conf);
    int cores = cores(master, conf);
    if (cores < taskCpus) {
      throw new WrongInput(
          "%s is %d, but an executor of %s has %d cores; lower it or give more cores"
              .formatted(key, taskCpus, master, cores));
    }
    return open(job, SparkSession.builder().config(executorCores(conf, taskCpus)), taskCpus);
  }

  /**
   * The settings that give an executor the cores of one task, unless the submission says otherwise.
   */
  static Map<String, Object> executorCores(SparkConf conf, int taskCpus) {
    boolean ours = severalNodes(master(conf)) && !conf.contains("spark.executor.cores");
    return ours ? Map.of("spark.executor.cores", taskCpus) : Map.of();
  }

  private static SparkSession open(String job, SparkSession.Builder builder, int taskCpus) {
    builder
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
   * Refuses paths that other nodes cannot reach. A relative path starts at the working directory of
   * the driver, which resolves it for all tasks; for a driver on the cluster the user does not know
   * this directory.
   *
   * @param paths dotted key to path or URI; null for keys that are not set
   * @param shared whether {@code file:} is the same on every node, according to the configuration
   * @param hadoop has the default file system of paths without a scheme
   * @throws WrongInput naming each such key
   */
  public static void requireReachable(
      Map<String, String> paths, boolean shared, Configuration hadoop) {
    List<String> problems = new ArrayList<>();
    SparkConf conf = new SparkConf();
    String master = master(conf);
    boolean away = isAway();
    paths.forEach(
        (key, path) -> {
          if (path == null || !severalNodes(master) || !isLocal(key, path, hadoop)) {
            return;
          }
          if (!shared) {
            problems.add(
                "%s: %s is a path of one machine, but %s has several nodes"
                        .formatted(key, path, master)
                    + "; name a URI that all nodes read, or say shared: true where it is the same"
                    + " file system on every node");
          } else if (away && !PathNames.unqualified(path).isAbsolute()) {
            problems.add(
                "%s: %s is relative, but the driver runs on the cluster, in another folder; write the absolute path"
                    .formatted(key, path));
          }
        });
    if (!problems.isEmpty()) {
      throw WrongInput.all("The master and the paths do not go together:", problems);
    }
  }

  /**
   * Refuses paths that no file system supports, without looking at files.
   *
   * @param paths dotted key to path or URI; null for keys that are not set
   * @param hadoop configuration of the file systems
   * @throws WrongInput naming each such key
   */
  static void requireUsable(Map<String, String> paths, Configuration hadoop) {
    if (isAway()) {
      return; // A driver on the cluster may have jars that this machine does not have.
    }
    Store store = Store.of(hadoop).once();
    List<String> problems = new ArrayList<>();
    paths.forEach((key, path) -> usable(store, key, path).ifPresent(problems::add));
    if (!problems.isEmpty()) {
      throw WrongInput.all("These paths cannot be used:", problems);
    }
  }

  /** The problem of a path, without looking at files; empty if a file system supports it. */
  private static Optional<String> usable(Store store, String key, String path) {
    if (path == null) {
      return Optional.empty();
    }
    try {
      Path qualified = store.path(path);
      if (ObjectStores.lackBucket(store, qualified)) {
        return Optional.of(
            "%s: %s: there is no bucket %s: make it, or correct the path"
                .formatted(key, path, qualified.toUri().getAuthority()));
      }
      String last = qualified.getName();
      return key.equals("out") && last.getBytes(StandardCharsets.UTF_8).length > LONGEST_OUT
          ? Optional.of(
              "out: the folder's name has more than %d bytes, too many for the names that are made of it; take a shorter one"
                  .formatted(LONGEST_OUT))
          : Optional.empty();
    } catch (WrongInput e) {
      return Optional.of(
          key.startsWith("data.paths") ? e.getMessage() : key + ": " + e.getMessage());
    } catch (IOException e) {
      // Whether its server answers is checked when the path is read.
      return Optional.empty();
    }
  }

  /**
   * Whether the driver runs on the cluster, or will run there after this submission.
   *
   * @return false for drivers that run on the machine where they are started
   */
  static boolean isAway() {
    return new SparkConf().get("spark.submit.deployMode", "client").equals("cluster");
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

  /** The paths that a run reads, by dotted key. */
  static Map<String, String> inputs(TrainConfig run) {
    Map<String, String> paths = paths(run);
    paths.remove("out");
    return paths;
  }

  /**
   * Both checks for the paths of a run.
   *
   * @param run its configuration
   * @param hadoop has the default file system
   * @throws WrongInput naming each key whose path no file system supports, or other nodes cannot
   *     reach
   */
  static void requireReachable(TrainConfig run, Configuration hadoop) {
    requireReachable(paths(run), run.shared(), hadoop);
    requireUsable(paths(run), hadoop);
  }

  private static Map<String, String> paths(TrainConfig run) {
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("out", run.out());
    paths.put("model.path", run.model().path());
    paths.put("data.path", run.data().path());
    FrameworkSection.Lora lora = run.framework().lora();
    paths.put("framework.lora.start", lora == null ? null : lora.start());
    return paths;
  }

  /**
   * Whether a master's executors may run on other machines than the driver.
   *
   * @param master a Spark master URL
   * @return false for {@code local}, {@code local[n]} and {@code local-cluster[n,c,m]}
   */
  static boolean severalNodes(String master) {
    return !LOCAL.matcher(master).matches() && !LOCAL_CLUSTER.matcher(master).matches();
  }

  /**
   * The cores of one executor.
   *
   * @param master a Spark master URL
   * @param conf of the submission
   * @return their number if it is known; no limit if the cluster decides
   */
  static int cores(String master, SparkConf conf) {
    Matcher local = LOCAL.matcher(master);
    if (local.matches()) {
      String n = local.group(2) == null ? "1" : local.group(2);
      return n.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(n);
    }
    Matcher cluster = LOCAL_CLUSTER.matcher(master);
    if (cluster.matches()) {
      return Integer.parseInt(cluster.group(1));
    }
    return conf.getInt("spark.executor.cores", Integer.MAX_VALUE);
  }

  private static String master(SparkConf conf) {
    if (!conf.contains("spark.master")) {
      throw new WrongInput("No Spark master: start jobs with jobs/submit MASTER JOB ARGS");
    }
    return conf.get("spark.master");
  }

  private static boolean isLocal(String key, String path, Configuration hadoop) {
    try {
      String scheme = PathNames.unqualified(path).toUri().getScheme();
      String effective = scheme == null ? FileSystem.getDefaultUri(hadoop).getScheme() : scheme;
      return "file".equals(effective);
    } catch (IllegalArgumentException e) {
      throw new WrongInput(key + ": " + path + " is neither a path nor a URI", e);
    }
  }
}
