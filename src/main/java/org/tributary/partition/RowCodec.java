package org.tributary.partition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.tributary.data.Schema;

/**
 * Turns Spark's rows into plain values and into their identity: SHA-256 over the seed and the row
 * as canonical JSON (an object of all kept columns in file order), which depends on nothing but the
 * row's content and the seed.
 *
 * @param schema kept columns, as a list of names and one of types since records travel to tasks
 * @param positions where the kept columns stand in Spark's rows
 * @param label column of the class, or null
 * @param owner column of the client, or null
 * @param seed of the partition
 * @param csv whether missing values mean empty text, as CSV cannot tell the two apart
 */
record RowCodec(Columns schema, int[] positions, String label, String owner, long seed, boolean csv)
    implements Serializable {
  private static final JsonFactory JSON = new JsonFactory();

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

  /** The kept columns' values, of the schema's Java types. */
  Object[] values(Row row) {
    Object[] values = new Object[positions.length];
    for (int i = 0; i < values.length; i++) {
      Object value = row.get(positions[i]);
      if (value instanceof Short || value instanceof Byte) {
        value = ((Number) value).intValue();
      }
      values[i] = value == null && csv ? "" : value;
    }
    return values;
  }

  /** The parts of a row's {@link RawSet.Key}; of a corrupt row only where it lies. */
  Object[] key(Row row) {
    int last = row.size() - 1;
    // RawReader puts the text of a row that it could not parse and its file's name at the end.
    if (row.get(last - 1) != null) {
      return new Object[] {null, null, null, row.getString(last)};
    }
    Object[] values = values(row);
    return new Object[] {hash(values), text(values, label), text(values, owner), null};
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

  /** The row's identity. */
  byte[] hash(Object[] values) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ByteBuffer.allocate(8).putLong(0, seed));
      return digest.digest(json(values));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private byte[] json(Object[] values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      for (int i = 0; i < values.length; i++) {
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

  /** What is wrong with the rows of a file that could not be parsed. */
  String corruption(String file, int count) {
    return csv
        ? "%s: %d rows do not have as many fields as the header".formatted(file, count)
        : "%s: %d lines are no JSON objects; each line is to hold one".formatted(file, count);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowCodec that
        && schema.equals(that.schema)
        && Arrays.equals(positions, that.positions)
        && seed == that.seed;
  }

  @Override
  public int hashCode() {
    return schema.hashCode();
  }
}
