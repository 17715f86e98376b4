package org.tributary.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;

/**
 * The settings in a TIFF's first directory. A setting that the JDK's reader and Pillow treat
 * differently is refused by name.
 */
final class Tiff {
  private static final int RGB = 2;
  private static final int PALETTE = 3;

  private final TIFFDirectory directory;

  private Tiff(TIFFDirectory directory) {
    this.directory = directory;
  }

  /**
   * Reads the directory.
   *
   * @param reader the JDK's, with its input set
   * @param bytes the file's size, which no strip or tile can exceed
   * @throws BrokenImage if sizes are impossible, or the kind of values is not supported
   */
  static Tiff of(ImageReader reader, int bytes) throws IOException, BrokenImage {
    Tiff tiff = new Tiff(TIFFDirectory.createFromMetadata(reader.getImageMetadata(0)));
    tiff.checkSizes(bytes);
    long orientation = tiff.number(BaselineTIFFTagSet.TAG_ORIENTATION, 1);
    if (orientation != 1) {
      throw new BrokenImage("is a TIFF of orientation %d; turn it".formatted(orientation));
    }
    tiff.checkSamples();
    return tiff;
  }

  /** Refuses strips and tiles that no file of this size can have. */
  private void checkSizes(int bytes) throws BrokenImage {
    for (int tag :
        new int[] {
          BaselineTIFFTagSet.TAG_STRIP_BYTE_COUNTS, BaselineTIFFTagSet.TAG_TILE_BYTE_COUNTS
        }) {
      TIFFField counts = directory.getTIFFField(tag);
      for (int i = 0; counts != null && i < counts.getCount(); i++) {
        if (counts.getAsLong(i) < 0 || counts.getAsLong(i) > bytes) {
          throw new BrokenImage("is truncated or damaged: a part of it is larger than the file");
        }
      }
    }
    long tile =
        number(BaselineTIFFTagSet.TAG_TILE_WIDTH, 1)
            * number(BaselineTIFFTagSet.TAG_TILE_LENGTH, 1);
    if (tile < 1 || tile > ImageDecoder.MOST_PIXELS) {
      throw new BrokenImage("has tiles of %d pixels".formatted(tile));
    }
  }

  /** Refuses colours and kinds of numbers that the JDK and Pillow convert differently. */
  private void checkSamples() throws BrokenImage {
    long colours = number(BaselineTIFFTagSet.TAG_PHOTOMETRIC_INTERPRETATION, -1);
    if (colours < 0 || colours > PALETTE) {
      throw new BrokenImage(
          "is a TIFF of other colours than grey, RGB or a palette; convert it to RGB");
    }
    long extra = number(BaselineTIFFTagSet.TAG_EXTRA_SAMPLES, 0);
    if (extra == BaselineTIFFTagSet.EXTRA_SAMPLES_ASSOCIATED_ALPHA) {
      throw new BrokenImage("is a TIFF whose colours are multiplied by alpha; convert it to RGB");
    }
    long samples = number(BaselineTIFFTagSet.TAG_SAMPLES_PER_PIXEL, 1);
    if (samples > (colours == RGB ? 4 : 2)) {
      throw new BrokenImage(
          "is a TIFF of %d samples a pixel; convert it to RGB".formatted(samples));
    }
    if (number(BaselineTIFFTagSet.TAG_SAMPLE_FORMAT, 1) != 1) {
      // Pillow's convert would truncate fractions from 0 to 1 to black.
      throw new BrokenImage(
          "is a TIFF of fractions or signed numbers; scale them to 0 to 255 and save them as 8 bits");
    }
  }

  private long number(int tag, long absent) {
    TIFFField field = directory.getTIFFField(tag);
    return field == null || field.getCount() == 0 ? absent : field.getAsLong(0);
  }

  /** The palette with the high bytes of its 16-bit values, as Pillow uses it. */
  IndexColorModel palette(BufferedImage image) {
    IndexColorModel given = (IndexColorModel) image.getColorModel();
    TIFFField map = directory.getTIFFField(BaselineTIFFTagSet.TAG_COLOR_MAP);
    if (map == null) {
      return given;
    }
    int size = map.getCount() / 3;
    byte[][] colours = new byte[3][size];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < size; i++) {
        colours[c][i] = (byte) (map.getAsInt(c * size + i) >> 8);
      }
    }
    return new IndexColorModel(given.getPixelSize(), size, colours[0], colours[1], colours[2]);
  }
}
