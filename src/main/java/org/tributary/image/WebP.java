package org.tributary.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageReader;

/**
 * Reads WebP with TwelveMonkeys. The reader is created directly, because ImageIO's lookup depends
 * on class loaders.
 */
final class WebP {
  private static final byte[] RIFF = "RIFF".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] WEBP = "WEBP".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EXTENDED = "VP8X".getBytes(StandardCharsets.US_ASCII);
  private static final int FLAGS = 20;
  private static final int ANIMATED = 0x02;

  private WebP() {}

  /** Whether a file begins like a WebP file. */
  static boolean is(byte[] bytes) {
    return has(bytes, 0, RIFF) && has(bytes, 8, WEBP);
  }

  /**
   * Creates a reader.
   *
   * @param bytes of the file
   * @throws BrokenImage if the file is truncated, or animated: the reader does not know the canvas
   *     of an animation
   */
  static ImageReader reader(byte[] bytes) throws IOException, BrokenImage {
    long size = 0;
    for (int i = 7; i > 3; i--) {
      size = size << 8 | bytes[i] & 0xff;
    }
    if (size + 8 > bytes.length) {
      throw new BrokenImage(
          "is truncated: it has %d of %d bytes".formatted(bytes.length, size + 8));
    }
    if (has(bytes, 12, EXTENDED) && bytes.length > FLAGS && (bytes[FLAGS] & ANIMATED) != 0) {
      throw new BrokenImage("is an animated WebP; convert it to pictures");
    }
    return new WebPImageReaderSpi().createReaderInstance(null);
  }

  private static boolean has(byte[] bytes, int at, byte[] word) {
    return bytes.length >= at + word.length
        && Arrays.equals(bytes, at, at + word.length, word, 0, word.length);
  }
}
