package org.tributary.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;

/** Checks paths that users write, and names for which files are made. */
public final class PathNames {
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/");

  /**
   * The name of a file system and a colon without a slash, which is probably a mistake and not a
   * file name.
   */
  private static final Pattern CUT_OFF =
      Pattern.compile(
          "(?i:file|hdfs|webhdfs|viewfs|s3[an]?|gs|abfss?|wasbs?|adl|ofs|o3fs|oss|obs|cosn|https?|ftp):(?!/)");

  /** The most bytes of a name: the limit of file systems of Linux, and HDFS's default. */
  private static final int LONGEST_NAME = 255;

  /**
   * The most characters of a path: Linux allows 4096 bytes, and further files are below the path.
   */
  private static final int LONGEST_PATH = 3500;

  private PathNames() {}

  /**
   * A path as it was written, checked.
   *
   * @param uriOrRelative a URI or a path
   * @return the path, with scheme and authority only if they were written
   * @throws WrongInput if it is not a path, or longer than file systems allow
   */
  static Path of(String uriOrRelative) {
    try {
      Path path = unqualified(uriOrRelative);
      requireNoHost(path);
      requireShort(path);
      return path;
    } catch (IllegalArgumentException e) {
      throw new WrongInput(
          "'%s' is not a path: write a URI such as hdfs://host/folder or file:///folder, or a plain path, such as ./a:b for a file with a colon"
              .formatted(uriOrRelative),
          e);
    }
  }

  /**
   * A path as it was written. Hadoop treats everything before a colon as a scheme, but a file may
   * be called {@code export_12:30.csv}. Here only a name followed by a colon and a slash is a
   * scheme.
   *
   * @param uriOrRelative a URI or a path
   * @return the path, with scheme and authority only if they were written
   * @throws IllegalArgumentException if it is not a path
   */
  public static Path unqualified(String uriOrRelative) {
    if (CUT_OFF.matcher(uriOrRelative).lookingAt()) {
      throw new IllegalArgumentException("a scheme without a slash after it: " + uriOrRelative);
    }
    return SCHEME.matcher(uriOrRelative).lookingAt() || uriOrRelative.isEmpty()
        ? new Path(uriOrRelative)
        : new Path(null, null, uriOrRelative);
  }

  /**
   * The path of a file in a folder, for any characters in its name.
   *
   * @param folder the folder
   * @param name relative to it
   * @return its path
   */
  public static Path child(Path folder, String name) {
    return new Path(folder, new Path(null, null, name));
  }

  /** Paths on local disks have no host. */
  private static void requireNoHost(Path path) {
    String host = path.toUri().getAuthority();
    if ("file".equals(path.toUri().getScheme()) && host != null) {
      throw new WrongInput(
          "%s: file: names no host, and here %s is one: write file:///folder"
              .formatted(path, host));
    }
  }

  private static void requireShort(Path path) {
    String whole = path.toUri().getPath();
    if (whole.length() > LONGEST_PATH) {
      throw new WrongInput(
          "a path of %d characters is longer than file systems take (%d), it begins with %s; name a shorter one"
              .formatted(whole.length(), LONGEST_PATH, whole.substring(0, LONGEST_NAME)));
    }
    for (String name : whole.split("/")) {
      int bytes = name.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > LONGEST_NAME) {
        throw new WrongInput(
            "%s: the name %s has %d bytes, file systems take %d; name a shorter one"
                .formatted(path, name, bytes, LONGEST_NAME));
      }
    }
  }
}
