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
 * Commits a complete file under its final name, once, without replacing an existing file. The way
 * depends on the file system.
 */
sealed interface FileCommit {
  /**
   * Writes, calls back, and commits. If one of these throws, no file remains.
   *
   * @param target qualified
   * @return false if the target already existed
   */
  boolean run(Path target, FileContent content, Runnable beforeCommit) throws IOException;

  /** The commit for a file system. */
  static FileCommit on(FileSystem files, Configuration hadoop) {
    if (files instanceof RawLocalFileSystem local) {
      return new Link(local);
    }
    return ObjectStores.hold(files.getScheme()) ? new Upload(files) : new Rename(files, hadoop);
  }

  /** Whether a file's name was made by {@link #temporary}. */
  static boolean isTemporary(String name) {
    return name.startsWith(".") && name.endsWith(".tmp");
  }

  /** A name in the target's folder that no other writer uses. */
  static Path temporary(Path target) {
    return PathNames.child(
        target.getParent(), ".%s.%s.tmp".formatted(target.getName(), UUID.randomUUID()));
  }

  private static void write(FileContent content, OutputStream out) throws IOException {
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
   * For local disks: a hard link atomically refuses an existing target, but Java's move does not.
   *
   * @param files the raw local file system
   */
  record Link(RawLocalFileSystem files) implements FileCommit {
    @Override
    public boolean run(Path target, FileContent content, Runnable beforeCommit) throws IOException {
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
        // There is no exception class for "Not a directory".
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
        // A network file system may create a link, lose the answer, and repeat the request.
        return Files.isSameFile(from, to);
      } catch (UnsupportedOperationException | FileSystemException e) {
        return move(from, to);
      }
    }

    /**
     * For disks without hard links. If two writers commit at once, both may be told that they
     * created the file; the file is complete.
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
   * For HDFS and all other file systems whose rename is atomic and refuses an existing target.
   *
   * @param files the target's file system
   * @param hadoop its configuration
   */
  record Rename(FileSystem files, Configuration hadoop) implements FileCommit {
    @Override
    public boolean run(Path target, FileContent content, Runnable beforeCommit) throws IOException {
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
     * Writes, syncs and closes. A failed HDFS stream throws the same exception again when it is
     * closed. A try-with-resources would turn this into an IllegalArgumentException, because an
     * exception cannot suppress itself.
     */
    private static void fill(FSDataOutputStream out, FileContent content) throws IOException {
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

    /** Otherwise HDFS would sync only the last of several blocks. */
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
   * For object stores, in which an object becomes visible when its stream is closed, and which copy
   * instead of renaming. The bytes are first written to the local disk, so that a writer that fails
   * or is killed never leaves half a file. Some stores check for an existing object only when the
   * upload starts. If two writers upload the same name at once, both may be told that they created
   * the object.
   *
   * @param files the target's file system
   */
  record Upload(FileSystem files) implements FileCommit {
    @Override
    public boolean run(Path target, FileContent content, Runnable beforeCommit) throws IOException {
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

    /** Closing would make the incomplete object visible. */
    private static void abort(FSDataOutputStream out) {
      try {
        out.abort();
      } catch (UnsupportedOperationException e) {
        // Such a store drops the upload of a stream after a failed write.
      }
    }
  }
}
