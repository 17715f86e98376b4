package org.tributary.image;

import java.awt.image.Raster;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Converts CMYK JPEGs as Pillow does. Pillow always treats the stored values as inverted, as
 * Adobe's programs write them, whatever the file says. Its {@code convert("RGB")} is R = K' - C K'
 * / 255 with K' = 255 - K.
 */
final class CmykJpeg {
  private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);
  private static final int ADOBE_SEGMENT = 0xee;
  private static final int START_OF_SCAN = 0xda;

  private CmykJpeg() {}

  /** How the four components are stored; {@code NONE} for another number of components. */
  enum Inks {
    NONE,
    CMYK,
    /** C, M and Y as luma and two chromas. */
    YCCK
  }

  /**
   * Reads the kind of components from a file's header.
   *
   * @param jpeg the whole file
   * @return YCCK if Adobe's segment names a transform, as in libjpeg
   */
  static Inks inks(byte[] jpeg) {
    int components = 0;
    int transform = 0;
    int at = 2;
    while (at + 4 <= jpeg.length) {
      int marker = jpeg[at + 1] & 0xff;
      if (jpeg[at] != (byte) 0xff || marker == 0xff) {
        at++;
      } else if (marker == START_OF_SCAN) {
        break;
      } else if (marker <= 0x01 || marker >= 0xd0 && marker <= 0xd9) {
        at += 2;
      } else {
        int body = at + 4;
        if (isFrame(marker) && body + 6 <= jpeg.length) {
          components = jpeg[body + 5] & 0xff;
        } else if (marker == ADOBE_SEGMENT
            && body + 12 <= jpeg.length
            && Arrays.equals(jpeg, body, body + ADOBE.length, ADOBE, 0, ADOBE.length)) {
          transform = jpeg[body + 11];
        }
        at += 2 + ((jpeg[at + 2] & 0xff) << 8 | jpeg[at + 3] & 0xff);
      }
    }
    return components != 4 ? Inks.NONE : transform == 0 ? Inks.CMYK : Inks.YCCK;
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  /**
   * Converts the components to RGB.
   *
   * @param stored the four components as in the file, chromas at full size
   * @param inks how they are stored
   */
  static Pixels rgb(Raster stored, Inks inks) {
    int width = stored.getWidth();
    byte[] values = new byte[width * stored.getHeight() * 3];
    int[] row = new int[width * 4];
    int at = 0;
    for (int y = 0; y < stored.getHeight(); y++) {
      stored.getPixels(stored.getMinX(), stored.getMinY() + y, width, 1, row);
      for (int x = 0; x < row.length; x += 4) {
        if (inks == Inks.YCCK) {
          unmix(row, x);
        }
        int light = row[x + 3];
        for (int c = 0; c < 3; c++) {
          values[at++] = (byte) (light - share(255 - row[x + c], light));
        }
      }
    }
    return new Pixels(width, stored.getHeight(), 3, values);
  }

  /** The equations of JFIF give 255 - C, 255 - M and 255 - Y. */
  private static void unmix(int[] row, int x) {
    double luma = row[x];
    double blue = row[x + 1] - 128;
    double red = row[x + 2] - 128;
    row[x] = 255 - level(luma + 1.402 * red);
    row[x + 1] = 255 - level(luma - 0.344136 * blue - 0.714136 * red);
    row[x + 2] = 255 - level(luma + 1.772 * blue);
  }

  private static int level(double value) {
    return (int) Math.max(0, Math.min(255, Math.round(value)));
  }

  /** Pillow's rounded a b / 255. */
  private static int share(int a, int b) {
    int product = a * b + 128;
    return (product >> 8) + product >> 8;
  }
}
