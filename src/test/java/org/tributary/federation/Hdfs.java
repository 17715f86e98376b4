package org.tributary.federation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.metrics2.MetricsRecord;
import org.apache.hadoop.metrics2.impl.MetricsCollectorImpl;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.tributary.checkpoint.Store;

/**
 * A real HDFS in this JVM: a name node and a data node with files on the local disk. Its blocks are
 * small, so that files have several blocks.
 */
final class Hdfs implements ExtensionContext.Store.CloseableResource {
  /** The settings that jobs need for it, by Hadoop key. */
  static final Map<String, String> CLIENT =
      Map.of(
          "dfs.blocksize", "65536",
          "dfs.replication", "1",
          "dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "10");

  private final Path disk;
  private final MiniDFSCluster cluster;
  private final Configuration hadoop = new Configuration();
  private final FileSystem files;

  private Hdfs() throws IOException {
    disk = Files.createTempDirectory("hdfs");
    CLIENT.forEach(hadoop::set);
    Configuration nodes = new Configuration(hadoop);
    nodes.set("dfs.namenode.fs-limits.min-block-size", "4096");
    nodes.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, disk.toString());
    cluster = new MiniDFSCluster.Builder(nodes).numDataNodes(1).storagesPerDatanode(1).build();
    // The first request for a file system determines its settings.
    files = FileSystem.get(cluster.getURI(), hadoop);
  }

  /** Starts one HDFS for all test classes that use it. */
  static final class Shared implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Hdfs.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.GLOBAL)
          .getOrComputeIfAbsent(Hdfs.class, key -> start(), Hdfs.class);
    }

    private static Hdfs start() {
      try {
        return new Hdfs();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Scheme, host and port. */
  String uri() {
    return cluster.getURI().toString();
  }

  FileSystem files() {
    return files;
  }

  Store store() {
    return Store.of(hadoop);
  }

  /** How often the data node has synced bytes to its disk. */
  long syncs() {
    MetricsCollectorImpl all = new MetricsCollectorImpl();
    DefaultMetricsSystem.instance()
        .getSource(cluster.getDataNodes().get(0).getMetrics().name())
        .getMetrics(all, true);
    MetricsRecord node = all.getRecords().get(0);
    return StreamSupport.stream(node.metrics().spliterator(), false)
        .filter(metric -> metric.name().equals("FsyncCount"))
        .mapToLong(metric -> metric.value().longValue())
        .sum();
  }

  /** Copies a local file or folder. */
  void put(Path local, String to) throws IOException {
    files.copyFromLocalFile(Tiny.hadoop(local), new org.apache.hadoop.fs.Path(uri() + to));
  }

  /** SHA-256 of all files below a folder of any file system, by relative name. */
  static Map<String, String> hashes(Store store, String folder) throws IOException {
    org.apache.hadoop.fs.Path root = store.path(folder);
    Map<String, String> hashes = new TreeMap<>();
    if (!store.exists(root)) {
      return hashes;
    }
    RemoteIterator<LocatedFileStatus> all = store.fileSystem(root).listFiles(root, true);
    while (all.hasNext()) {
      org.apache.hadoop.fs.Path file = all.next().getPath();
      String name = file.toUri().getPath().substring(root.toUri().getPath().length() + 1);
      hashes.put(name, store.sha256(file));
    }
    return hashes;
  }

  @Override
  public void close() {
    cluster.shutdown();
    FileUtil.fullyDelete(disk.toFile());
  }
}
