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

/** Spark sessions as jobs need them, and the checks that come before one is opened. */
public final class Sessions {
  private static final Pattern LOCAL = Pattern.compile("local(\\[([0-9]+|\\*)(,[0-9]+)?])?");
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*[0-9]+\\s*,\\s*([0-9]+)\\s*,\\s*[0-9]+\\s*]");

  /** Bytes of the name of a folder that is made: names of files in it have it and more. */
  private static final int LONGEST_OUT = 200;

  private Sessions() {}

  /**
   * Opens a session for a job whose tasks take a core each; the caller closes it.
   *
   * @param job name for people who look at the cluster
   * @return a session whose SQL has the time zone UTC
   * @throws WrongInput when there is no master
   */
  public static SparkSession open(String job) {
    master(new SparkConf());
    return open(job, SparkSession.builder(), 1);
  }

  /**
   * Opens a session for a job whose tasks use several threads; the caller closes it. On a cluster
   * an executor gets the cores of one task, unless the submission says otherwise: then a client
   * that kills its JVM takes no other along.
   *
   * @param job name for people who look at the cluster
   * @param key of the configuration that says how many threads a task uses
   * @param taskCpus CPU threads that one task uses, at least 1: Spark places tasks accordingly
   * @return a session whose SQL has the time zone UTC
   * @throws WrongInput when there is no master, or its executors have fewer cores than a task takes
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

  /** The settings that give an executor the cores of one task, where nothing else is asked for. */
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
    } catch (Exception e) { // Scala declares none of what it throws
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
   * @param job name for people who look at the cluster
   * @param taskCpus CPU threads that one task uses, at least 1
   * @return a session whose SQL has the time zone UTC
   * @throws WrongInput when there is no master, or its executors have fewer cores than a task takes
   */
  public static SparkSession open(String job, int taskCpus) {
    return open(job, "client.threads", taskCpus);
  }

  /**
   * The file systems' configuration before there is a session.
   *
   * @return Hadoop's, with the {@code spark.hadoop.*} properties of this submission
   */
  public static Configuration hadoop() {
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(new SparkConf());
    S3Settings.missing(hadoop).forEach(hadoop::set);
    return hadoop;
  }

  /**
   * Refuses paths that other nodes would not see. A relative one starts at the working directory of
   * the driver, which resolves it for all; a driver on the cluster has none that its user knows.
   *
   * @param paths dotted key to path or URI; null for keys that are not set
   * @param shared whether the configuration says that {@code file:} is the same on every node
   * @param hadoop names the default file system, which paths without a scheme are on
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
   * Refuses paths that no file system takes, whatever lies there.
   *
   * @param paths dotted key to path or URI; null for keys that are not set
   * @param hadoop how file systems are reached
   * @throws WrongInput naming each such key
   */
  static void requireUsable(Map<String, String> paths, Configuration hadoop) {
    if (isAway()) {
      return; // A driver on the cluster may have jars that this machine has not.
    }
    Store store = Store.of(hadoop).once();
    List<String> problems = new ArrayList<>();
    paths.forEach((key, path) -> usable(store, key, path).ifPresent(problems::add));
    if (!problems.isEmpty()) {
      throw WrongInput.all("These paths cannot be used:", problems);
    }
  }

  /** What is wrong with a path, whatever lies there; empty if a file system takes it. */
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
      // Whether its server answers is seen when it is read.
      return Optional.empty();
    }
  }

  /**
   * Whether the driver runs on the cluster, or will when this submission is made.
   *
   * @return false for drivers that run where they are started
   */
  static boolean isAway() {
    return new SparkConf().get("spark.submit.deployMode", "client").equals("cluster");
  }

  /**
   * Takes the settings of the file that the property {@code tributary.settings} names, where
   * nothing else was given: spark-submit does that for jobs, but nobody for other commands.
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
   * Both for the paths of a run.
   *
   * @param run its configuration
   * @param hadoop names the default file system
   * @throws WrongInput naming each key whose path no file system takes, or other nodes would not
   *     see
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
   * @return as many as are known; where the cluster decides, no limit
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
