package org.tributary.rows.raw;

import org.tributary.rows.Schema;

/** What a column of a raw file holds, and the plain type that it becomes. */
public enum ColumnKind {
  /** Nothing but missing values. */
  NULL(Schema.Type.STRING),
  BOOLEAN(Schema.Type.BOOLEAN),
  INT(Schema.Type.INT),
  LONG(Schema.Type.LONG),
  /** Whole numbers beyond 64 bits, as text, so that no digit is lost. */
  BIG(Schema.Type.STRING),
  FLOAT(Schema.Type.FLOAT),
  DOUBLE(Schema.Type.DOUBLE),
  STRING(Schema.Type.STRING),
  BINARY(Schema.Type.BINARY),
  /** Objects of JSON, as its text. */
  OBJECT(Schema.Type.STRING),
  /** Arrays of JSON, as its text. */
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
   * @return of nested ones text
   */
  public Schema.Type type() {
    return type;
  }

  /**
   * What holds the values of both: numbers widen, all else becomes text.
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
