package org.tributary.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Seeds for everything random, derived from the job's one seed: {@code f(seed, what, round,
 * client)} and never the attempt, so that every attempt at the same work draws the same numbers, on
 * any machine.
 */
public final class Seeds {
  private Seeds() {}

  /**
   * The seed of one purpose.
   *
   * @param seed the job's seed
   * @param purpose what for, and whose: words, numbers; order counts
   * @return the first eight bytes of SHA-256 over the parts, each with its length
   */
  public static long of(long seed, Object... purpose) {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(8).putLong(0, seed));
    for (Object part : purpose) {
      byte[] bytes = part.toString().getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(4).putInt(0, bytes.length));
      digest.update(bytes);
    }
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
