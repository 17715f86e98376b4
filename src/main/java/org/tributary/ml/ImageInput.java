package org.tributary.ml;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.tributary.image.BrokenImage;
import org.tributary.image.ImageDecoder;
import org.tributary.image.Pixels;

/**
 * An image of a row, not yet decoded.
 *
 * @param bytes of a file; null if there are pixels
 * @param pixels of Spark's image source; null if there are bytes
 */
record ImageInput(byte[] bytes, SparkImage pixels) {
  private static final List<String> SPARK = List.of("height", "width", "nChannels", "mode", "data");

  /**
   * An image as Spark's image source reads it, in OpenCV's order: rows from the top, in a pixel
   * blue, green, red and alpha.
   *
   * @param origin the file
   * @param height rows
   * @param width columns
   * @param channels 1, 3 or 4
   * @param mode OpenCV's type: 0, 16 and 24 for 8-bit numbers in 1, 3 and 4 channels
   * @param data the numbers
   */
  record SparkImage(String origin, int height, int width, int channels, int mode, byte[] data) {
    private static final Set<Integer> MODES = Set.of(0, 16, 24);

    Pixels decode() throws BrokenImage {
      if (height < 1 || width < 1) {
        throw new BrokenImage("could not be read by Spark's image source, " + origin);
      }
      boolean known = MODES.contains(mode) && channels == mode / 8 + 1;
      if (!known || (long) height * width * channels != data.length) {
        throw new BrokenImage(
            "has mode %d, %d channels and %d bytes for %d x %d pixels; modes 0, 16 and 24 of 8 bits are supported, %s"
                .formatted(mode, channels, data.length, width, height, origin));
      }
      return channels == 1 ? new Pixels(width, height, 1, data) : colours();
    }

    private Pixels colours() {
      byte[] rgb = new byte[height * width * 3];
      for (int i = 0; i < height * width; i++) {
        for (int c = 0; c < 3; c++) {
          rgb[3 * i + c] = data[channels * i + 2 - c];
        }
      }
      return new Pixels(width, height, 3, rgb);
    }
  }

  /** The places of an image's parts in a row. */
  record Column(int place, int bytes, List<Integer> parts, int origin) implements Serializable {
    /** Reads a row; null if there is no image. */
    ImageInput read(Row row) {
      if (row.isNullAt(place)) {
        return null;
      }
      if (bytes < 0 && parts.isEmpty()) {
        return new ImageInput(row.getAs(place), null);
      }
      Row image = row.getStruct(place);
      if (bytes >= 0) {
        return image.isNullAt(bytes) ? null : new ImageInput(image.getAs(bytes), null);
      }
      if (parts.stream().anyMatch(image::isNullAt)) {
        return null;
      }
      return new ImageInput(
          null,
          new SparkImage(
              origin < 0 || image.isNullAt(origin) ? "" : image.getString(origin),
              image.getInt(parts.get(0)),
              image.getInt(parts.get(1)),
              image.getInt(parts.get(2)),
              image.getInt(parts.get(3)),
              image.getAs(parts.get(4))));
    }
  }

  /** The types of columns that have images, for messages. */
  static final String TYPES =
      "binary (the bytes of a file), a struct with binary bytes, or the struct of Spark's image source";

  /** Whether a column has images. */
  static boolean fits(DataType type) {
    return type.equals(DataTypes.BinaryType)
        || type instanceof StructType struct && (hasBytes(struct) || isSpark(struct));
  }

  private static boolean hasBytes(StructType struct) {
    return Arrays.asList(struct.fieldNames()).contains("bytes")
        && struct.apply("bytes").dataType().equals(DataTypes.BinaryType);
  }

  private static boolean isSpark(StructType struct) {
    return Arrays.asList(struct.fieldNames()).containsAll(SPARK)
        && SPARK.stream()
            .allMatch(
                name ->
                    struct
                        .apply(name)
                        .dataType()
                        .equals(
                            name.equals("data") ? DataTypes.BinaryType : DataTypes.IntegerType));
  }

  /** Where the images of a column are. */
  static Column column(StructType schema, String name) {
    int place = schema.fieldIndex(name);
    if (!(schema.apply(place).dataType() instanceof StructType struct)) {
      return new Column(place, -1, List.of(), -1);
    }
    if (hasBytes(struct)) {
      return new Column(place, struct.fieldIndex("bytes"), List.of(), -1);
    }
    boolean named = Arrays.asList(struct.fieldNames()).contains("origin");
    return new Column(
        place,
        -1,
        SPARK.stream().map(struct::fieldIndex).toList(),
        named ? struct.fieldIndex("origin") : -1);
  }

  /**
   * Decodes the image.
   *
   * @throws BrokenImage if it is not a complete image
   */
  Pixels decode() throws BrokenImage {
    return bytes == null ? pixels.decode() : ImageDecoder.decode(bytes);
  }
}
