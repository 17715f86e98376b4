package org.tributary.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tributary.error.WrongInput;

/**
 * The short text file that a clone without Git LFS has instead of a large file. Source: the pointer
 * format of git-lfs, docs/spec.md: the first line is {@code version
 * https://git-lfs.github.com/spec/v1}.
 */
public final class LfsPointer {
  private static final byte[] MARK =
      "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.UTF_8);

  /** The number of bytes that show whether a file is a pointer. */
  public static final int HEAD = MARK.length;

  private LfsPointer() {}

  /**
   * Whether a file is a pointer.
   *
   * @param head its first bytes, at least {@link #HEAD} if it has so many
   * @return true if the file is only a pointer
   */
  public static boolean is(byte[] head) {
    return head.length >= HEAD && Arrays.equals(head, 0, HEAD, MARK, 0, HEAD);
  }

  /**
   * Refuses a pointer.
   *
   * @param file its name
   * @param head its first bytes
   * @throws WrongInput if it is a pointer
   */
  public static void refuse(Object file, byte[] head) {
    if (is(head)) {
      throw new WrongInput(
          file
              + ": is a pointer of Git LFS and not the file itself; run git lfs pull in its folder,"
              + " or download the file");
    }
  }
}
