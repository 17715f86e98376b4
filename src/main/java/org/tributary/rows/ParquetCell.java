package org.tributary.rows;

import java.util.function.Consumer;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.tributary.error.WrongInput;

/** Receives a column's values from Parquet and passes them on as plain values. */
final class ParquetCell extends PrimitiveConverter {
  private final String column;
  private final ParquetValues values;
  private final Consumer<Object> sink;

  /**
   * Creates a cell.
   *
   * @param column its name, for messages
   * @param values converter of the values
   * @param sink receives each value
   */
  ParquetCell(String column, ParquetValues values, Consumer<Object> sink) {
    this.column = column;
    this.values = values;
    this.sink = sink;
  }

  private WrongInput told(WrongInput e) {
    return new WrongInput("column %s %s".formatted(column, e.getMessage()), e);
  }

  @Override
  public void addBinary(Binary value) {
    try {
      sink.accept(values.bytes().apply(value));
    } catch (WrongInput e) {
      throw told(e);
    }
  }

  @Override
  public void addInt(int value) {
    addLong(value);
  }

  @Override
  public void addLong(long value) {
    try {
      sink.accept(values.whole().apply(value));
    } catch (WrongInput e) {
      throw told(e);
    }
  }

  @Override
  public void addBoolean(boolean value) {
    sink.accept(value);
  }

  @Override
  public void addDouble(double value) {
    sink.accept(value);
  }

  @Override
  public void addFloat(float value) {
    sink.accept(value);
  }
}
