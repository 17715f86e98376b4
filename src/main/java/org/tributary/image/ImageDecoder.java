package org.tributary.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.tributary.checkpoint.LfsPointer;

/**
 * Decodes images to pixels. The JDK's javax.imageio reads PNG, JPEG, BMP, GIF (the first picture,
 * on the whole canvas) and TIFF (the first picture). TwelveMonkeys reads WebP. Samples stay as
 * stored, as in Pillow's {@code convert("RGB")}: alpha is dropped, palettes are looked up, colour
 * profiles and orientations are not applied, 16-bit colours keep their high byte, 16-bit grey
 * values above 255 become 255, CMYK of a JPEG becomes RGB. Decoders of JPEG and of lossy WebP may
 * differ from each other by a few levels.
 */
public final class ImageDecoder {
  private static final Set<String> FORMATS = Set.of("png", "jpeg", "bmp", "gif", "tif", "tiff");

  /** Pillow's limit. Pillow treats a larger image as a decompression bomb. */
  static final long MOST_PIXELS = 178_956_970;

  private ImageDecoder() {}

  /**
   * Decodes an image.
   *
   * @param bytes of a file
   * @return grey or colours
   * @throws BrokenImage if the bytes are not a complete image of these formats
   */
  public static Pixels decode(byte[] bytes) throws BrokenImage {
    return read(
        bytes,
        (reader, in) ->
            is(reader, "tif")
                ? tiff(reader, in, bytes.length)
                : decode(
                    reader, in, is(reader, "jpeg") ? CmykJpeg.inks(bytes) : CmykJpeg.Inks.NONE));
  }

  /**
   * Reads the size of an image, and no more than that needs.
   *
   * @param bytes of a file
   * @return the size that {@link #decode} gives if the rest of the file is complete
   * @throws BrokenImage if the bytes do not begin like an image of these formats
   */
  public static ImageSize size(byte[] bytes) throws BrokenImage {
    return read(
        bytes,
        (reader, in) -> {
          reader.setInput(in, true, true);
          return is(reader, "gif") ? GifCanvas.of(reader).size() : frame(reader);
        });
  }

  /**
   * Whether an image has 16-bit grey values and at least half of its pixels become white. Values
   * above 255 do so.
   *
   * @param bytes of a file
   * @param decoded the result of {@link #decode}
   * @throws BrokenImage as {@link #decode}
   */
  static boolean whitened(byte[] bytes, Pixels decoded) throws BrokenImage {
    if (decoded.channels() != 1) {
      return false;
    }
    boolean deep =
        read(
            bytes,
            (reader, in) -> {
              reader.setInput(in, true, true);
              ImageTypeSpecifier type = reader.getRawImageType(0);
              return type != null && type.getBitsPerBand(0) == 16;
            });
    if (!deep) {
      return false;
    }
    int white = 0;
    for (byte value : decoded.values()) {
      white += value == -1 ? 1 : 0;
    }
    return 2L * white >= decoded.values().length;
  }

  private interface Reading<T> {
    T of(ImageReader reader, ImageInputStream in) throws IOException, BrokenImage;
  }

  private static <T> T read(byte[] bytes, Reading<T> reading) throws BrokenImage {
    if (bytes.length == 0) {
      throw new BrokenImage("is empty");
    }
    if (LfsPointer.is(bytes)) {
      throw new BrokenImage(
          "is a pointer of Git LFS and not the image itself; run git lfs pull in its folder");
    }
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      ImageReader reader = WebP.is(bytes) ? WebP.reader(bytes) : reader(in);
      try {
        return reading.of(reader, in);
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      throw new BrokenImage("cannot be decoded: " + reason(e));
    }
  }

  private static ImageReader reader(ImageInputStream in) throws IOException, BrokenImage {
    for (Iterator<ImageReader> all = ImageIO.getImageReaders(in); all.hasNext(); ) {
      ImageReader reader = all.next();
      if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
        return reader;
      }
      reader.dispose();
    }
    throw new BrokenImage("is not PNG, JPEG, BMP, GIF, TIFF or WebP");
  }

  private static Pixels tiff(ImageReader reader, ImageInputStream in, int bytes)
      throws IOException, BrokenImage {
    reader.setInput(in, true, false);
    refuseLarge(frame(reader));
    Tiff tiff = Tiff.of(reader, bytes);
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    BufferedImage image = reader.read(0);
    if (!warnings.isEmpty()) {
      throw new BrokenImage("is truncated or damaged: " + warnings.get(0));
    }
    return image.getColorModel() instanceof IndexColorModel
        ? looked(image.getRaster(), tiff.palette(image))
        : pixels(image);
  }

  private static void refuseLarge(ImageSize size) throws BrokenImage {
    if (size.pixels() > MOST_PIXELS) {
      throw new BrokenImage("has %d pixels, the most are %d".formatted(size.pixels(), MOST_PIXELS));
    }
  }

  private static Pixels decode(ImageReader reader, ImageInputStream in, CmykJpeg.Inks inks)
      throws IOException, BrokenImage {
    reader.setInput(in, true, true);
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    GifCanvas canvas = is(reader, "gif") ? GifCanvas.of(reader) : null;
    refuseLarge(canvas == null ? frame(reader) : canvas.size());
    BufferedImage image = null;
    Raster stored = null;
    if (inks == CmykJpeg.Inks.NONE) {
      image = reader.read(0);
    } else {
      stored = reader.readRaster(0, null);
    }
    refuseDamaged(warnings);
    if (stored != null) {
      return CmykJpeg.rgb(stored, inks);
    }
    return canvas == null
        ? pixels(image)
        : canvas.around(pixels(image), (IndexColorModel) image.getColorModel());
  }

  private static void refuseDamaged(List<String> warnings) throws BrokenImage {
    for (String warning : warnings) {
      if (warning.toLowerCase(Locale.ROOT).matches(".*(premature|truncat|corrupt).*")) {
        throw new BrokenImage("is truncated or damaged: " + warning);
      }
    }
  }

  private static ImageSize frame(ImageReader reader) throws IOException {
    return new ImageSize(reader.getWidth(0), reader.getHeight(0));
  }

  private static boolean is(ImageReader reader, String format) throws IOException {
    return reader.getFormatName().equalsIgnoreCase(format);
  }

  private static Pixels pixels(BufferedImage image) throws BrokenImage {
    ColorModel model = image.getColorModel();
    if (model instanceof IndexColorModel palette) {
      return looked(image.getRaster(), palette);
    }
    if (model instanceof DirectColorModel) {
      return packed(image);
    }
    Raster raster = image.getRaster();
    int bits = raster.getSampleModel().getSampleSize(0);
    int bands = raster.getNumBands();
    if (bits != 8 && bits != 16 || bands > 4) {
      throw new BrokenImage(
          "has %d bands of %d bits; %s"
              .formatted(
                  bands,
                  bits,
                  bands > 4
                      ? "convert it to RGB"
                      : "scale them to 0 to 255 and save them as 8 bits"));
    }
    // Pillow clips grey values and takes the high byte of colours.
    boolean cut = bits == 16 && bands == 1;
    int channels = bands < 3 ? 1 : 3;
    int width = raster.getWidth();
    byte[] values = new byte[width * raster.getHeight() * channels];
    int[] row = new int[width * bands];
    int at = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          int value = row[x * bands + c];
          values[at++] = (byte) (cut ? Math.min(value, 255) : value >> bits - 8);
        }
      }
    }
    return new Pixels(width, raster.getHeight(), channels, values);
  }

  private static Pixels looked(Raster raster, IndexColorModel palette) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] values = new byte[width * height * 3];
    int at = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int entry = raster.getSample(raster.getMinX() + x, raster.getMinY() + y, 0);
        values[at++] = (byte) palette.getRed(entry);
        values[at++] = (byte) palette.getGreen(entry);
        values[at++] = (byte) palette.getBlue(entry);
      }
    }
    return new Pixels(width, height, 3, values);
  }

  /** Colours packed into integers. The JDK's own formats use them only for sRGB. */
  private static Pixels packed(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] values = new byte[width * height * 3];
    int at = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = image.getRGB(x, y);
        values[at++] = (byte) (rgb >> 16);
        values[at++] = (byte) (rgb >> 8);
        values[at++] = (byte) rgb;
      }
    }
    return new Pixels(width, height, 3, values);
  }

  private static String reason(Exception e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
