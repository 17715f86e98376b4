package org.tributary.rows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One row of plain values with a {@link Schema}. Reading converts between numeric widths. */
public final class Row {
  private final Schema schema;
  private final Object[] values;

  private Row(Schema schema, Object[] values) {
    this.schema = schema;
    this.values = values;
  }

  /**
   * Creates a row. The values are checked against the schema's types.
   *
   * @param schema names and types
   * @param values one for each column, of the column's Java type or null
   * @return the row
   */
  public static Row of(Schema schema, Object... values) {
    if (values.length != schema.columns().size()) {
      throw new IllegalArgumentException(
          "%d values for the columns %s".formatted(values.length, schema.names()));
    }
    for (int i = 0; i < values.length; i++) {
      Schema.Column column = schema.columns().get(i);
      if (values[i] != null && !column.type().javaType().isInstance(values[i])) {
        throw new IllegalArgumentException(
            "column %s holds %s, got %s".formatted(column.name(), column.type(), values[i]));
      }
    }
    return new Row(schema, values.clone());
  }

  /**
   * Names and types.
   *
   * @return the schema of this row
   */
  public Schema schema() {
    return schema;
  }

  /**
   * A value by position.
   *
   * @param column its index in the schema
   * @return the value, or null
   */
  public Object value(int column) {
    return values[column];
  }

  /**
   * Whether a value is missing.
   *
   * @param column its name
   * @return true if the value is null
   */
  public boolean isNull(String column) {
    return values[index(column)] == null;
  }

  /**
   * Whether there is a value: a file of an earlier version may lack the column.
   *
   * @param column its name
   * @return false if there is no such column, or its value is null
   */
  public boolean has(String column) {
    return schema.indexOf(column) >= 0 && !isNull(column);
  }

  /**
   * A value as text: numbers and booleans as Java writes them, binary as UTF-8.
   *
   * @param column its name
   * @return the text, or null if the value is missing
   */
  public String text(String column) {
    Object value = values[index(column)];
    if (value instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    return value == null ? null : value.toString();
  }

  /**
   * A whole number: any integer type, a floating type without a fraction, or text that is one.
   *
   * @param column its name
   * @return the number
   * @throws IllegalArgumentException if the value is missing or not a whole number; the message
   *     names the column and the value
   */
  public long longAt(String column) {
    Object value = values[index(column)];
    if (value instanceof Long || value instanceof Integer) {
      return ((Number) value).longValue();
    }
    if (value instanceof Number number && number.doubleValue() == (long) number.doubleValue()) {
      return (long) number.doubleValue();
    }
    if (value instanceof String text) {
      try {
        return Long.parseLong(text.trim());
      } catch (NumberFormatException e) {
        throw notA("whole number", column, value);
      }
    }
    throw notA("whole number", column, value);
  }

  /**
   * A number of any type, or text that is one.
   *
   * @param column its name
   * @return the number
   * @throws IllegalArgumentException if the value is missing or not a number; the message names the
   *     column and the value
   */
  public double doubleAt(String column) {
    Object value = values[index(column)];
    if (value instanceof Float number) {
      return number;
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    if (value instanceof String text) {
      try {
        return Double.parseDouble(text.trim());
      } catch (NumberFormatException e) {
        throw notA("number", column, value);
      }
    }
    throw notA("number", column, value);
  }

  private int index(String column) {
    int index = schema.indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException("no column %s among %s".formatted(column, schema.names()));
    }
    return index;
  }

  private static IllegalArgumentException notA(String what, String column, Object value) {
    String shown = value instanceof byte[] ? "binary" : "\"" + value + "\"";
    return new IllegalArgumentException(
        "column %s holds %s, which is not a %s".formatted(column, shown, what));
  }

  /** Rows are equal if their schemas and all values are equal. Binary values compare by content. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Row that
        && schema.equals(that.schema)
        && Arrays.deepEquals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.deepToString(values);
  }
}
