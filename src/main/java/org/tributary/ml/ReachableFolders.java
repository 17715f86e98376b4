package org.tributary.ml;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.tributary.cluster.SparkMaster;
import org.tributary.error.WrongInput;

/** Refuses folders of the driver's machine that the executors of a cluster do not see. */
final class ReachableFolders {
  private ReachableFolders() {}

  /**
   * Checks a folder of a training before a job starts.
   *
   * @param conf of the session
   * @param param that names it
   * @param folder with scheme
   * @param shared whether local paths are the same on every node
   * @throws WrongInput naming the param
   */
  static void check(SparkConf conf, String param, Path folder, boolean shared) {
    String master = conf.get("spark.master", "");
    if (!shared
        && SparkMaster.hasSeveralNodes(master)
        && "file".equals(folder.toUri().getScheme())) {
      throw new WrongInput(
          "%s: %s is a folder of one machine, but %s has several nodes; name a URI that all nodes read, or give shared: true in config if it is the same file system on every node"
              .formatted(param, folder, master));
    }
  }

  /**
   * Checks the folders of a model before a job starts.
   *
   * @param conf of the session
   * @param located the folders
   * @param shared whether local paths are the same on every node
   * @throws WrongInput naming the folders
   */
  static void check(SparkConf conf, ModelLocation located, boolean shared) {
    String master = conf.get("spark.master", "");
    if (shared || !SparkMaster.hasSeveralNodes(master)) {
      return;
    }
    List<String> problems = new ArrayList<>();
    for (Path folder : new Path[] {located.model(), located.adapter()}) {
      if (folder != null && "file".equals(folder.toUri().getScheme())) {
        problems.add(
            "%s is a folder of one machine, but %s has several nodes; name a URI that all nodes read, or call setShared(true) if it is the same file system on every node"
                .formatted(folder, master));
      }
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all("modelUrl:", problems);
    }
  }
}
