package org.tributary.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.sql.SparkSession;

/**
 * An object store as far as commits are concerned: an object appears when its stream is closed,
 * whatever was written by then; rename must not be used. Objects are files in a folder on disk.
 */
public class FakeObjectStore extends FileSystem {
  private static final String ROOT = "fake.root";

  private final RawLocalFileSystem disk = new RawLocalFileSystem();
  private URI uri;
  private String root;

  /**
   * Hadoop's settings that make {@code s3a:} such a store.
   *
   * @param kind of store
   * @param root where its objects are
   */
  public static Map<String, String> settings(
      Class<? extends FakeObjectStore> kind, java.nio.file.Path root) {
    return Map.of("fs.s3a.impl", kind.getName(), ROOT, root.toString());
  }

  /** The same for one test: a cached file system would keep another test's folder. */
  public static void set(
      Configuration hadoop, Class<? extends FakeObjectStore> kind, java.nio.file.Path root) {
    settings(kind, root).forEach(hadoop::set);
    hadoop.setBoolean("fs.s3a.impl.disable.cache", true);
  }

  /** The same for a session and its executors. */
  public static SparkSession.Builder set(
      SparkSession.Builder spark, Class<? extends FakeObjectStore> kind, java.nio.file.Path root) {
    settings(kind, root).forEach((key, value) -> spark.config("spark.hadoop." + key, value));
    return spark;
  }

  @Override
  public void initialize(URI name, Configuration hadoop) throws IOException {
    super.initialize(name, hadoop);
    uri = URI.create(name.getScheme() + "://" + name.getAuthority());
    root = hadoop.get(ROOT);
    disk.initialize(URI.create("file:///"), hadoop);
  }

  private Path local(Path path) {
    return new Path("file", null, root + path.toUri().getPath());
  }

  @Override
  public String getScheme() {
    return "s3a";
  }

  @Override
  public URI getUri() {
    return uri;
  }

  @Override
  public final FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    before("create", path);
    return new FSDataOutputStream(object(path, overwrite), null);
  }

  /**
   * What runs before a file is opened or created.
   *
   * @param what {@code open} or {@code create}
   */
  protected void before(String what, Path path) throws IOException {}

  /** A stream for an object that becomes visible when the stream is closed. */
  protected OutputStream object(Path path, boolean overwrite) throws IOException {
    java.nio.file.Path file = disk.pathToFile(local(path)).toPath();
    if (!overwrite && Files.exists(file)) {
      throw new FileAlreadyExistsException(path.toString());
    }
    return new ByteArrayOutputStream() {
      @Override
      public void close() throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, toByteArray());
      }
    };
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    before("open", path);
    return disk.open(local(path), bufferSize);
  }

  @Override
  public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
    throw new UnsupportedOperationException("objects are immutable");
  }

  @Override
  public boolean rename(Path from, Path to) {
    throw new UnsupportedOperationException("a copy, not a rename");
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    return disk.delete(local(path), recursive);
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    FileStatus[] found = disk.listStatus(local(path));
    for (int i = 0; i < found.length; i++) {
      found[i] = object(found[i], new Path(path, found[i].getPath().getName()));
    }
    return found;
  }

  @Override
  public void setWorkingDirectory(Path path) {
    throw new UnsupportedOperationException("always the root");
  }

  @Override
  public Path getWorkingDirectory() {
    return new Path("/");
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) throws IOException {
    return disk.mkdirs(local(path), permission);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return object(disk.getFileStatus(local(path)), path);
  }

  /** The disk's own kind of status reads permissions later, from its path. */
  private static FileStatus object(FileStatus file, Path path) {
    return new FileStatus(
        file.getLen(),
        file.isDirectory(),
        file.getReplication(),
        file.getBlockSize(),
        file.getModificationTime(),
        path);
  }
}
