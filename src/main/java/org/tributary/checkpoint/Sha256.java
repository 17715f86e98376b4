package org.tributary.checkpoint;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes SHA-256 of all bytes that are written to it. */
public final class Sha256 extends OutputStream {
  private final MessageDigest digest;

  /** Starts a hash. */
  public Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /**
   * The hash of a text.
   *
   * @param text in UTF-8
   * @return hex
   */
  public static String of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The hash of bytes in memory.
   *
   * @param bytes all of them
   * @return hex
   */
  public static String of(byte[] bytes) {
    Sha256 hash = new Sha256();
    hash.write(bytes, 0, bytes.length);
    return hash.hex();
  }

  @Override
  public void write(int b) {
    digest.update((byte) b);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    digest.update(bytes, from, length);
  }

  /**
   * Ends the hash; later bytes start a new one.
   *
   * @return hex
   */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
