package org.tributary.checkpoint;

import java.io.File;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.tributary.error.WrongInput;

/**
 * Names of files on local disks, which a JVM reads and writes in the encoding of its locale. Under
 * {@code LANG=C} that is ASCII: a file {@code données.csv} is listed with a replacement character,
 * and Hadoop then ignores it silently, because there is no file with that name.
 */
public final class LocalFileNames {
  private static final Charset ENCODING = encoding();

  /** The replacement character, which a JVM shows for bytes that are not characters. */
  private static final char REPLACEMENT = '\uFFFD';

  private LocalFileNames() {}

  private static Charset encoding() {
    String name = System.getProperty("sun.jnu.encoding", "UTF-8");
    return Charset.isSupported(name) ? Charset.forName(name) : Charset.defaultCharset();
  }

  /**
   * Refuses a path on a local disk with characters that the JVM's locale cannot encode.
   *
   * @param files that hold it
   * @param path any path
   * @throws WrongInput if this JVM can neither read nor write it
   */
  static void requireKnown(FileSystem files, Path path) {
    String name = path.toUri().getPath();
    if (isLocal(files) && !isKnown(name, ENCODING)) {
      throw new WrongInput("%s: is a name that this JVM cannot use: %s".formatted(path, wayOut()));
    }
  }

  /** Whether names in an encoding can have all characters of a text. */
  static boolean isKnown(String text, Charset encoding) {
    return text.indexOf(REPLACEMENT) < 0 && encoding.newEncoder().canEncode(text);
  }

  /**
   * Refuses a local folder in which something has a name that the JVM cannot read.
   *
   * @param files that hold it
   * @param folder need not exist
   * @throws WrongInput if something in the folder would be ignored
   */
  static void requireReadable(FileSystem files, Path folder) {
    if (files instanceof RawLocalFileSystem local) {
      requireReadable(local.pathToFile(folder), false);
    }
  }

  /**
   * The same check for a folder and all folders below it.
   *
   * @param files that hold it
   * @param folder need not exist
   * @throws WrongInput if something in one of the folders would be ignored
   */
  public static void requireReadableTree(FileSystem files, Path folder) {
    if (files instanceof RawLocalFileSystem local) {
      requireReadable(local.pathToFile(folder), true);
    }
  }

  private static void requireReadable(File folder, boolean below) {
    for (String name : Objects.requireNonNullElse(folder.list(), new String[0])) {
      File file = new File(folder, name);
      if (name.indexOf(REPLACEMENT) >= 0 && !file.exists()) {
        throw new WrongInput(
            "%s: holds a file or folder whose name this JVM cannot read (%s): %s"
                .formatted(folder, name, wayOut()));
      }
      if (below && file.isDirectory()) {
        requireReadable(file, true);
      }
    }
  }

  private static String wayOut() {
    String rename = "it is not in %s; rename it".formatted(ENCODING);
    return ENCODING.equals(StandardCharsets.UTF_8)
        ? rename
        : rename + ", or start with LC_ALL=C.UTF-8, as jobs/submit does";
  }

  private static boolean isLocal(FileSystem files) {
    return files instanceof RawLocalFileSystem;
  }
}
