package org.tributary.checkpoint;

import java.io.IOException;
import java.util.Set;
import org.apache.hadoop.fs.Path;

/** How object stores differ from file systems. */
public final class ObjectStores {
  private static final Set<String> SCHEMES = Set.of("s3a", "s3", "gs", "oss", "obs", "cosn");

  private ObjectStores() {}

  /**
   * Whether a path is on an object store. If two writers create the same object at once, both may
   * be told that they created it; the later object remains.
   *
   * @param path with its scheme
   * @return false for file systems
   */
  public static boolean hold(Path path) {
    return hold(path.toUri().getScheme());
  }

  static boolean hold(String scheme) {
    return scheme != null && SCHEMES.contains(scheme);
  }

  /**
   * Whether the bucket of a path is missing.
   *
   * @param store reaches the path
   * @param path with its scheme
   * @return false on file systems
   * @throws IOException if the object store does not answer
   */
  public static boolean lackBucket(Store store, Path path) throws IOException {
    if (!hold(path)) {
      return false;
    }
    try {
      store.exists(path);
      return false;
    } catch (IOException e) {
      if (S3Messages.isNoBucket(e)) {
        return true;
      }
      throw e;
    }
  }
}
