package org.tributary.job;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.tributary.checkpoint.ObjectStores;
import org.tributary.checkpoint.PathNames;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkMaster;
import org.tributary.config.FrameworkSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;

/** Checks the paths of a configuration before there is a session, without reading files. */
final class PathChecks {
  /** The most bytes of the name of a new folder: names of files in it contain the name and more. */
  private static final int LONGEST_OUT = 200;

  private PathChecks() {}

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
  public static void checkReachable(
      Map<String, String> paths, boolean shared, Configuration hadoop) {
    List<String> problems = new ArrayList<>();
    SparkConf conf = new SparkConf();
    String master = SparkMaster.of(conf);
    boolean away = SparkMaster.isAway();
    paths.forEach(
        (key, path) -> {
          if (path == null || !SparkMaster.hasSeveralNodes(master) || !isLocal(key, path, hadoop)) {
            return;
          }
          if (!shared) {
            problems.add(
                "%s: %s is a path of one machine, but %s has several nodes"
                        .formatted(key, path, master)
                    + "; name a URI that all nodes read, or set shared: true if it is the same"
                    + " file system on every node");
          } else if (away && !PathNames.unqualified(path).isAbsolute()) {
            problems.add(
                "%s: %s is relative, but the driver runs on the cluster, in another folder; write the absolute path"
                    .formatted(key, path));
          }
        });
    if (!problems.isEmpty()) {
      throw WrongInput.all("The master and the paths do not fit each other:", problems);
    }
  }

  /**
   * Refuses paths that no file system supports, without looking at files.
   *
   * @param paths dotted key to path or URI; null for keys that are not set
   * @param hadoop configuration of the file systems
   * @throws WrongInput naming each such key
   */
  static void checkUsable(Map<String, String> paths, Configuration hadoop) {
    if (SparkMaster.isAway()) {
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
            "%s: %s: there is no bucket %s: create it, or correct the path"
                .formatted(key, path, qualified.toUri().getAuthority()));
      }
      String last = qualified.getName();
      return key.equals("out") && last.getBytes(StandardCharsets.UTF_8).length > LONGEST_OUT
          ? Optional.of(
              "out: the folder's name has more than %d bytes, too many for the names that are made from it; choose a shorter one"
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
  static void check(TrainConfig run, Configuration hadoop) {
    checkReachable(paths(run), run.shared(), hadoop);
    checkUsable(paths(run), hadoop);
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
