package org.tributary.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.tributary.error.WrongInput;

/** Turns Parquet's records into rows. */
final class RowMaterializer extends RecordMaterializer<Row> {
  private final Schema schema;
  private final Object[] values;
  private final GroupConverter root;

  RowMaterializer(Schema schema) {
    this.schema = schema;
    this.values = new Object[schema.columns().size()];
    List<Schema.Column> columns = schema.columns();
    Cell[] cells = new Cell[values.length];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = new Cell(values, i, columns.get(i));
    }
    this.root =
        new GroupConverter() {
          @Override
          public Converter getConverter(int field) {
            return cells[field];
          }

          @Override
          public void start() {
            Arrays.fill(values, null);
          }

          @Override
          public void end() {}
        };
  }

  @Override
  public Row getCurrentRecord() {
    return Row.of(schema, values);
  }

  @Override
  public GroupConverter getRootConverter() {
    return root;
  }

  private static final class Cell extends PrimitiveConverter {
    private final Object[] values;
    private final int index;
    private final Schema.Column column;

    Cell(Object[] values, int index, Schema.Column column) {
      this.values = values;
      this.index = index;
      this.column = column;
    }

    @Override
    public void addBinary(Binary value) {
      values[index] = column.type() == Schema.Type.STRING ? text(value) : value.getBytes();
    }

    /** Bytes that are no UTF-8 become others when they are read as such. */
    private String text(Binary value) {
      String text = value.toStringUsingUTF8();
      if (text.indexOf('\ufffd') >= 0
          && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), value.getBytes())) {
        throw new WrongInput(
            "column %s holds text that is not UTF-8; write it as such, or as binary"
                .formatted(column.name()));
      }
      return text;
    }

    @Override
    public void addBoolean(boolean value) {
      values[index] = value;
    }

    @Override
    public void addDouble(double value) {
      values[index] = value;
    }

    @Override
    public void addFloat(float value) {
      values[index] = value;
    }

    @Override
    public void addInt(int value) {
      values[index] = value;
    }

    @Override
    public void addLong(long value) {
      values[index] = value;
    }
  }
}
