package org.tributary.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Properties;
import java.util.Set;
import org.tributary.error.Trouble;

/**
 * The folder in which the engine and the tokenizers library unpack their native code: one for each
 * user and version, without access for other users. Anyone who can write there can run code as the
 * user, so a folder that is a link, belongs to another user, or is open to others is refused.
 */
public final class NativeFolder {
  /** DJL's name for the folder; DJL also reads {@code DJL_CACHE_DIR}, which is also for models. */
  private static final String PROPERTY = "ENGINE_CACHE_DIR";

  private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwx------");

  private NativeFolder() {}

  /**
   * Makes and checks the folder before the first native library is loaded; later calls do nothing.
   * It is in {@code DJL_CACHE_DIR}, or otherwise in the JVM's temporary directory. A folder in the
   * environment variable {@code ENGINE_CACHE_DIR} is the user's responsibility.
   *
   * @throws UncheckedIOException of a {@link Trouble} if the folder cannot be trusted, or of what
   *     the disk said
   */
  public static synchronized void prepare() {
    if (System.getProperty(PROPERTY) != null || System.getenv(PROPERTY) != null) {
      return;
    }
    String given = System.getenv("DJL_CACHE_DIR");
    boolean own = given == null || given.isEmpty();
    Path root = Path.of(own ? System.getProperty("java.io.tmpdir") : given);
    try {
      Path folder = in(root, "tributary-djl-%s-%s".formatted(user(), version()));
      System.setProperty(PROPERTY, folder.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A folder of this user alone.
   *
   * @param root created if it does not exist
   * @param name of the folder
   * @return the folder
   * @throws Trouble if it is a link, belongs to another user or is open to others, or if the user
   *     may not create it
   */
  static Path in(Path root, String name) throws IOException {
    Path folder = root.resolve(name);
    try {
      Files.createDirectories(root);
      return Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWN));
    } catch (FileAlreadyExistsException e) {
      check(folder);
      return folder;
    } catch (AccessDeniedException e) {
      throw new Trouble(
          "%s: native libraries must be unpacked there, but this user may not create it; name another directory with DJL_CACHE_DIR, or make %s writable for all its users (chmod 1777)"
              .formatted(folder, root),
          e);
    }
  }

  private static void check(Path folder) throws IOException {
    String fault = null;
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      fault = "is a file or a link, not a folder";
    } else if (owner(folder) != user()) {
      fault = "belongs to another user";
    } else {
      Set<PosixFilePermission> open = EnumSet.noneOf(PosixFilePermission.class);
      open.addAll(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS));
      open.removeAll(OWN);
      fault = open.isEmpty() ? null : "is open to other users";
    }
    if (fault != null) {
      throw new Trouble(
          "%s: native libraries would be loaded from there, but it %s; remove it, or name another directory with DJL_CACHE_DIR"
              .formatted(folder, fault),
          null);
    }
  }

  private static int owner(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  /** The user's number, because users of containers often have no name. */
  private static int user() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  private static String version() throws IOException {
    Properties build = new Properties();
    try (InputStream in =
        NativeFolder.class.getResourceAsStream("/org/tributary/build.properties")) {
      if (in != null) {
        build.load(in);
      }
    }
    return build.getProperty("git.build.version", "unknown");
  }
}
