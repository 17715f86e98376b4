package org.tributary.checkpoint;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.tributary.error.WrongInput;

/**
 * How a file system makes a complete file appear under its name, once, without replacing another.
 */
sealed interface Commit {
  /**
   * Writes, calls back, commits; leaves nothing behind where one of them throws.
   *
   * @param target qualified
   * @return false when the target was there
   */
  boolean run(Path target, Store.Content content, Runnable beforeCommit) throws IOException;

  /** The way that fits a file system. */
  static Commit on(FileSystem files, Configuration hadoop) {
    if (files instanceof RawLocalFileSystem local) {
      return new Link(local);
    }
    return ObjectStores.hold(files.getScheme()) ? new Upload(files) : new Rename(files, hadoop);
  }

  /** Whether a file's name is one that {@link #temporary} gives. */
  static boolean isTemporary(String name) {
    return name.startsWith(".") && name.endsWith(".tmp");
  }

  /** A name in the folder of the target that no other writer takes. */
  static Path temporary(Path target) {
    return PathNames.child(
        target.getParent(), ".%s.%s.tmp".formatted(target.getName(), UUID.randomUUID()));
  }

  private static void write(Store.Content content, OutputStream out) throws IOException {
    BufferedOutputStream buffered = new BufferedOutputStream(out, 1 << 16);
    content.writeTo(buffered);
    buffered.flush();
  }

  private static WrongInput noFolder(Object folder, Object file, Exception e) {
    return new WrongInput(
        "%s: a folder is needed there, but %s is a file: choose another folder"
            .formatted(folder, file),
        e);
  }

  /**
   * Local disks: a hard link refuses an existing target atomically, which Java's move does not.
   *
   * @param files the raw local file system
   */
  record Link(RawLocalFileSystem files) implements Commit {
    @Override
    public boolean run(Path target, Store.Content content, Runnable beforeCommit)
        throws IOException {
      java.nio.file.Path to = files.pathToFile(target).toPath();
      java.nio.file.Path from = files.pathToFile(temporary(target)).toPath();
      createFolders(to.getParent());
      try {
        try (FileOutputStream out = new FileOutputStream(from.toFile())) {
          write(content, out);
          out.getFD().sync();
        }
        beforeCommit.run();
        return link(from, to);
      } finally {
        Files.deleteIfExists(from);
      }
    }

    private static void createFolders(java.nio.file.Path folder) throws IOException {
      try {
        Files.createDirectories(folder);
      } catch (FileAlreadyExistsException e) {
        throw noFolder(folder, e.getFile(), e);
      } catch (FileSystemException e) {
        // "Not a directory" has no class of its own.
        for (java.nio.file.Path path = folder; path != null; path = path.getParent()) {
          if (Files.isRegularFile(path)) {
            throw noFolder(folder, path, e);
          }
        }
        throw e;
      }
    }

    private static boolean link(java.nio.file.Path from, java.nio.file.Path to) throws IOException {
      try {
        Files.createLink(to, from);
        return true;
      } catch (FileAlreadyExistsException e) {
        // A network file system may lose the answer to a link that it made, and then repeat it.
        return Files.isSameFile(from, to);
      } catch (UnsupportedOperationException | FileSystemException e) {
        return move(from, to);
      }
    }

    /**
     * Disks without hard links: of two at once both may then count as the maker of a whole file.
     */
    private static boolean move(java.nio.file.Path from, java.nio.file.Path to) throws IOException {
      try {
        Files.move(from, to);
        return true;
      } catch (FileAlreadyExistsException e) {
        return false;
      }
    }
  }

  /**
   * HDFS and all others whose rename is atomic and refuses an existing target.
   *
   * @param files the target's file system
   * @param hadoop its configuration
   */
  record Rename(FileSystem files, Configuration hadoop) implements Commit {
    @Override
    public boolean run(Path target, Store.Content content, Runnable beforeCommit)
        throws IOException {
      FileContext context = context(target);
      Path from = temporary(target);
      createFolders(target.getParent());
      try {
        fill(create(from), content);
        beforeCommit.run();
        return rename(context, from, target);
      } finally {
        files.delete(from, false);
      }
    }

    /**
     * Writes, syncs and closes. A stream of HDFS that has failed throws the same exception again
     * when it is closed, which a try-with-resources would take for an IllegalArgumentException: an
     * exception cannot suppress itself.
     */
    private static void fill(FSDataOutputStream out, Store.Content content) throws IOException {
      try {
        write(content, out);
        out.hsync();
      } catch (IOException | RuntimeException | Error e) {
        try {
          out.close();
        } catch (IOException | RuntimeException again) {
          if (again != e) {
            e.addSuppressed(again);
          }
        }
        throw e;
      }
      out.close();
    }

    private void createFolders(Path folder) throws IOException {
      try {
        files.mkdirs(folder);
      } catch (ParentNotDirectoryException
          | org.apache.hadoop.fs.FileAlreadyExistsException
          | AccessControlException e) {
        Path file = FileSystems.fileOnTheWay(files, folder);
        if (file == null) {
          throw e;
        }
        throw noFolder(folder, file, e);
      }
    }

    /** For a file of many blocks, HDFS would otherwise sync only the last one. */
    private FSDataOutputStream create(Path file) throws IOException {
      return files instanceof DistributedFileSystem hdfs
          ? hdfs.createFile(file).overwrite(false).syncBlock().build()
          : files.create(file, false);
    }

    private static boolean rename(FileContext context, Path from, Path target) throws IOException {
      try {
        context.rename(from, target, Options.Rename.NONE);
        return true;
      } catch (org.apache.hadoop.fs.FileAlreadyExistsException e) {
        return false;
      }
    }

    private FileContext context(Path target) throws IOException {
      try {
        return FileContext.getFileContext(target.toUri(), hadoop);
      } catch (UnsupportedFileSystemException e) {
        throw new WrongInput(
            "%s: %s: files have no safe rename there: name its class in fs.AbstractFileSystem.%s.impl or write to another file system"
                .formatted(target, files.getScheme(), files.getScheme()),
            e);
      }
    }
  }

  /**
   * Object stores, which show an object when it is closed and copy where others rename. The bytes
   * are collected on the local disk first, so that a writer that fails or is killed never shows a
   * half. Some stores check for an existing object only when the upload starts: of two that upload
   * the same name at once, both may then count as the maker.
   *
   * @param files the target's file system
   */
  record Upload(FileSystem files) implements Commit {
    @Override
    public boolean run(Path target, Store.Content content, Runnable beforeCommit)
        throws IOException {
      java.nio.file.Path collected = Files.createTempFile("." + target.getName() + ".", ".tmp");
      try {
        try (var out = Files.newOutputStream(collected)) {
          write(content, out);
        }
        beforeCommit.run();
        return upload(collected, target);
      } finally {
        Files.deleteIfExists(collected);
      }
    }

    private boolean upload(java.nio.file.Path from, Path target) throws IOException {
      FSDataOutputStream out;
      try {
        out = files.create(target, false);
      } catch (org.apache.hadoop.fs.FileAlreadyExistsException e) {
        return false;
      }
      try {
        Files.copy(from, out);
      } catch (IOException | RuntimeException e) {
        abort(out);
        throw e;
      }
      out.close();
      return true;
    }

    /** Closing would show what is there so far. */
    private static void abort(FSDataOutputStream out) {
      try {
        out.abort();
      } catch (UnsupportedOperationException e) {
        // Such a store drops the upload of a stream whose write has failed.
      }
    }
  }
}
