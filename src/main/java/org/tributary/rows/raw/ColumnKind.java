package org.tributary.rows.raw;

import org.tributary.rows.Schema;

/** The kind of values in a column of a raw file, and the plain type for them. */
public enum ColumnKind {
  /** Only missing values. */
  NULL(Schema.Type.STRING),
  BOOLEAN(Schema.Type.BOOLEAN),
  INT(Schema.Type.INT),
  LONG(Schema.Type.LONG),
  /** Integers beyond 64 bits, as text, so that no digit is lost. */
  BIG(Schema.Type.STRING),
  FLOAT(Schema.Type.FLOAT),
  DOUBLE(Schema.Type.DOUBLE),
  STRING(Schema.Type.STRING),
  BINARY(Schema.Type.BINARY),
  /** JSON objects, as text. */
  OBJECT(Schema.Type.STRING),
  /** JSON arrays, as text. */
  ARRAY(Schema.Type.STRING),
  /** A type without plain values, such as an interval. */
  UNREADABLE(Schema.Type.STRING);

  private final Schema.Type type;

  ColumnKind(Schema.Type type) {
    this.type = type;
  }

  /**
   * The plain type of the column's values.
   *
   * @return the type; text for nested values
   */
  public Schema.Type type() {
    return type;
  }

  /**
   * The kind that fits the values of both. Numbers widen; everything else becomes text.
   *
   * @param other kind
   * @return the wider one
   */
  public ColumnKind with(ColumnKind other) {
    if (this == other || other == NULL) {
      return this;
    }
    if (this == NULL) {
      return other;
    }
    boolean numbers = isNumber() && other.isNumber();
    return !numbers ? STRING : this == DOUBLE || other == DOUBLE ? DOUBLE : BIG;
  }

  private boolean isNumber() {
    return this == LONG || this == BIG || this == DOUBLE;
  }
}
