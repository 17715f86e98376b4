package org.tributary.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Derives the seeds of all random numbers from the seed of the job: {@code f(seed, what, round,
 * client)}. The attempt is not part of it, so that every attempt at the same work uses the same
 * random numbers on any machine.
 */
public final class Seeds {
  private Seeds() {}

  /**
   * The seed of one purpose.
   *
   * @param seed the job's seed
   * @param purpose words and numbers that name the purpose, in a fixed order
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
