package org.tributary.federation;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * YARN's resource manager and one node manager in their own JVM. The class path omits the proxy's
 * jar, which Spark's drivers need: the daemons have that class in their own jar, for another
 * servlet API.
 */
record YarnDaemons(Process process, Path log) implements AutoCloseable {
  /** Starts the daemons; their configuration is {@code conf/yarn-site.xml} in the folder. */
  static YarnDaemons start(Path folder) throws IOException, InterruptedException {
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(jar -> !jar.contains("hadoop-yarn-server-web-proxy"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(LocalCluster.JVM_OPTIONS.strip().split("\\s+")));
    command.addAll(List.of("-Xmx512m", "-cp", path, Main.class.getName(), folder.toString()));
    Path log = folder.resolve("yarn.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    YarnDaemons daemons = new YarnDaemons(builder.start(), log);
    while (!Files.exists(folder.resolve("conf/_SUCCESS"))) {
      if (daemons.process.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("YARN did not start: " + daemons.said());
      }
    }
    return daemons;
  }

  /** The log of the daemons. */
  String said() throws IOException {
    return Files.readString(log);
  }

  /** The applications of which the node manager keeps files, such as their logs. */
  Set<String> applications() throws IOException {
    try (Stream<Path> files = Files.walk(log.resolveSibling("target"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("application_"))
          .collect(Collectors.toSet());
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  /** The daemons. */
  public static final class Main {
    private Main() {}

    /** Argument: the folder. */
    public static void main(String[] args) throws Exception {
      Path folder = Path.of(args[0]);
      YarnConfiguration conf = new YarnConfiguration();
      conf.set("yarn.scheduler.minimum-allocation-mb", "128");
      conf.set("yarn.nodemanager.vmem-check-enabled", "false");
      conf.set(
          "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "100");
      conf.set("yarn.scheduler.capacity.root.queues", "default");
      conf.set("yarn.scheduler.capacity.root.default.capacity", "100");
      conf.set("yarn.scheduler.capacity.maximum-am-resource-percent", "0.9");
      conf.set("hadoop.tmp.dir", folder.resolve("tmp").toString());
      MiniYARNCluster cluster = new MiniYARNCluster("yarn", 1, 1, 1);
      cluster.init(conf);
      cluster.start();
      Path site = Files.createDirectories(folder.resolve("conf"));
      try (OutputStream out = Files.newOutputStream(site.resolve("yarn-site.xml"))) {
        new Configuration(cluster.getConfig()).writeXml(out);
      }
      Files.createFile(site.resolve("_SUCCESS"));
    }
  }
}
