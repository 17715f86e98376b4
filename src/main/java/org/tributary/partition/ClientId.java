package org.tributary.partition;

import java.nio.charset.StandardCharsets;
import org.tributary.checkpoint.Sha256;

/**
 * Makes client ids from owners' names. An id is valid in the name of a folder or file. Every byte
 * of the UTF-8 name outside of {@code A-Z a-z 0-9 . _ -} is percent-encoded, as in the {@code
 * key=value} folders of Hive and Spark. Different names have different ids, whatever their script,
 * case or Unicode form. An id that is too long for file names is cut and ends with a tilde, which
 * no other id has, and a hash of the name.
 */
final class ClientId {
  /**
   * File systems allow names of 255 bytes. The temporary file of an update uses 112 bytes in
   * addition to the client's id: the ids of application and attempt, a UUID and extensions.
   */
  static final int LONGEST = 128;

  private static final int HASH = 16;

  private ClientId() {}

  /** The client id of an owner. */
  static String of(String owner) {
    StringBuilder id = new StringBuilder();
    int whole = 0;
    for (byte b : owner.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c >= 'A' && c <= 'Z'
          || c >= 'a' && c <= 'z'
          || c >= '0' && c <= '9'
          || "._-".indexOf(c) >= 0) {
        id.append(c);
      } else {
        id.append("%%%02X".formatted((int) c));
      }
      if (id.length() < LONGEST - HASH) {
        whole = id.length();
      }
    }
    return id.length() <= LONGEST
        ? id.toString()
        : id.substring(0, whole) + "~" + Sha256.of(owner).substring(0, HASH);
  }
}
