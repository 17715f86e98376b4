package org.tributary.partition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.tributary.image.BrokenImage;
import org.tributary.image.ImageDecoder;
import org.tributary.image.Pixels;
import org.tributary.rows.Schema;

/**
 * Converts Spark rows to plain values and computes their identity. The identity is SHA-256 over the
 * seed and the row as canonical JSON (an object with all kept columns in file order). It depends
 * only on the seed and the row's content.
 *
 * @param schema kept columns, as a list of names and a list of types, because it is serialized to
 *     tasks
 * @param positions positions of the kept columns in Spark's rows
 * @param identity the columns that decide the file of a row
 * @param format format of the source; missing values of CSV mean empty text, because CSV does not
 *     distinguish the two
 */
record RowCodec(Columns schema, int[] positions, Identity identity, String format)
    implements Serializable {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int SHOWN = 8;

  /**
   * The columns that decide the file of a row.
   *
   * @param label column of the class; null for none
   * @param owner column of the owner; null for none
   * @param image column of the encoded image; null for none
   * @param same columns that decide whether rows are duplicates; empty for all columns, or for the
   *     pixels of images
   * @param seed of the partition
   */
  record Identity(String label, String owner, String image, List<String> same, long seed)
      implements Serializable {}

  /** Names and types, serializable. */
  record Columns(List<String> names, List<Schema.Type> types) implements Serializable {
    static Columns of(Schema schema) {
      return new Columns(
          List.copyOf(schema.names()), schema.columns().stream().map(Schema.Column::type).toList());
    }

    Schema toSchema() {
      List<Schema.Column> columns = new java.util.ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        columns.add(new Schema.Column(names.get(i), types.get(i)));
      }
      return new Schema(columns);
    }
  }

  /** For rows that have only the kept columns, in their order. */
  static RowCodec of(Schema schema, Identity identity, String format) {
    int[] positions = IntStream.range(0, schema.columns().size()).toArray();
    return new RowCodec(Columns.of(schema), positions, identity, format);
  }

  /** The kept columns' values, of the schema's Java types. */
  Object[] values(Row row) {
    Object[] values = new Object[positions.length];
    for (int i = 0; i < values.length; i++) {
      Object value = row.get(positions[i]);
      if (value instanceof Short || value instanceof Byte) {
        value = ((Number) value).intValue();
      }
      values[i] = value == null && format.equals("csv") ? "" : value;
    }
    return values;
  }

  /**
   * The parts of a row's {@link RawSet.Key}; for an unusable image its identity, its owner and the
   * reason.
   */
  Object[] key(Row row) {
    Object[] values = values(row);
    byte[] hash = hash(values);
    byte[] content = null;
    if (identity.image() != null) {
      try {
        content = pixels((byte[]) values[schema.names().indexOf(identity.image())]);
      } catch (BrokenImage e) {
        String owner = text(values, identity.owner());
        return new Object[] {hash, null, null, owner, shown(row) + ": " + e.getMessage()};
      }
    }
    if (!identity.same().isEmpty()) {
      content = digest(json(values, identity.same()));
    }
    return new Object[] {
      hash, content, text(values, identity.label()), text(values, identity.owner()), null
    };
  }

  private String text(Object[] values, String column) {
    if (column == null) {
      return null;
    }
    Object value = values[schema.names().indexOf(column)];
    if (value instanceof byte[] bytes) {
      value = new String(bytes, StandardCharsets.UTF_8);
    }
    String text = value == null ? "" : value.toString();
    return text.isBlank() ? null : text;
  }

  /**
   * The readable name of a row: the file of its image, or else its source file and the beginning of
   * its identity. It includes nothing of the content, which must stay with the rows.
   */
  String shown(Row row) {
    Object[] values = values(row);
    String name = name(values);
    if (name != null) {
      return name;
    }
    String file = file(row);
    return "%s, row %s"
        .formatted(
            file.substring(file.lastIndexOf('/') + 1),
            HexFormat.of().formatHex(hash(values), 0, SHOWN));
  }

  /**
   * The file of a row. Spark gives it as a URI, in which spaces and other characters are encoded.
   */
  private String file(Row row) {
    String file = row.getString(row.size() - 1);
    return format.equals("parquet") && identity.image() != null
        ? new Path(URI.create(file)).toString()
        : file;
  }

  private String name(Object[] values) {
    int file = schema.names().indexOf(ImageReader.FILE);
    return identity.image() == null || file < 0 || values[file] == null
        ? null
        : values[file].toString();
  }

  /**
   * Hashes the size and the pixels of an image, so that images are equal whatever their encoding
   * is.
   */
  private byte[] pixels(byte[] image) throws BrokenImage {
    if (image == null) {
      throw new BrokenImage("has no bytes");
    }
    Pixels pixels = ImageDecoder.decode(image).withChannels(3);
    return digest(
        ByteBuffer.allocate(8).putInt(pixels.width()).putInt(pixels.height()).array(),
        pixels.values());
  }

  /** The row's identity. */
  byte[] hash(Object[] values) {
    return digest(json(values, schema.names()));
  }

  private byte[] digest(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ByteBuffer.allocate(8).putLong(0, identity.seed()));
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private byte[] json(Object[] values, List<String> columns) {
    // To look up each of thousands of columns in a list of thousands would take minutes.
    boolean all = columns.size() == values.length;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      for (int i = 0; i < values.length; i++) {
        if (!all && !columns.contains(schema.names().get(i))) {
          continue;
        }
        json.writeFieldName(schema.names().get(i));
        if (values[i] instanceof byte[] binary) {
          json.writeBinary(binary);
        } else {
          json.writeObject(values[i]);
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowCodec that
        && schema.equals(that.schema)
        && Arrays.equals(positions, that.positions)
        && identity.equals(that.identity);
  }

  @Override
  public int hashCode() {
    return schema.hashCode();
  }
}
