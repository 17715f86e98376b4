package org.tributary.partition;

import java.nio.charset.StandardCharsets;
import org.tributary.checkpoint.Sha256;

/**
 * Ids of clients from their owners' names, fit for the name of a folder or file. Every byte of the
 * name in UTF-8 outside {@code A-Z a-z 0-9 . _ -} is percent-encoded, as Hive and Spark do it in
 * folders {@code key=value}: different names have different ids, whatever their script, case or
 * Unicode form. An id that would be too long for the files that carry it is cut, and ends in a
 * tilde, which no other id has, and a hash of the name.
 */
final class ClientId {
  /**
   * File systems take names of 255 bytes; an update's temporary file has 112 besides the client's
   * id: the application's and the attempt's, a UUID and endings.
   */
  static final int LONGEST = 128;

  private static final int HASH = 16;

  private ClientId() {}

  /** The id of an owner's client. */
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
