package org.tributary.federation;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.FakeObjectStore;

/**
 * A store that makes the system kill executors, as it does when memory is short, when they open or
 * create a file that the orders name. An order is a file {@code always} or {@code once} in a
 * folder; each contains a regular expression.
 */
public final class KillingStore extends FakeObjectStore {
  private static final String FOLDER = "kill.folder";

  private java.nio.file.Path folder;

  /** Settings of a session that uses such a store. */
  static SparkSession.Builder set(
      SparkSession.Builder spark, java.nio.file.Path root, java.nio.file.Path orders) {
    return FakeObjectStore.set(spark, KillingStore.class, root)
        .config("spark.hadoop." + FOLDER, orders.toString());
  }

  @Override
  public void initialize(URI name, Configuration hadoop) throws IOException {
    super.initialize(name, hadoop);
    folder = java.nio.file.Path.of(hadoop.get(FOLDER));
  }

  @Override
  protected void before(String what, Path path) throws IOException {
    SparkEnv spark = SparkEnv.get();
    if (spark == null || spark.executorId().equals("driver")) {
      return;
    }
    String reached = what + " " + path;
    if (isOrdered("always", reached)
        || isOrdered("once", reached) && Files.deleteIfExists(folder.resolve("once"))) {
      new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start();
      while (true) {
        Thread.onSpinWait(); // until the signal arrives
      }
    }
  }

  private boolean isOrdered(String order, String reached) throws IOException {
    java.nio.file.Path file = folder.resolve(order);
    return Files.exists(file) && reached.matches(Files.readString(file));
  }
}
