package org.tributary.rows;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.Type;

/** Turns Parquet's records into rows. */
final class RowMaterializer extends RecordMaterializer<Row> {
  private final Schema schema;
  private final Object[] values;
  private final GroupConverter root;

  RowMaterializer(Schema schema, List<Type> fields) {
    this.schema = schema;
    this.values = new Object[fields.size()];
    Converter[] cells = new Converter[values.length];
    for (int i = 0; i < cells.length; i++) {
      int place = i;
      cells[i] =
          ParquetNested.value(
              fields.get(i),
              isRepeated(fields.get(i))
                  ? value -> list(place).add(value)
                  : value -> values[place] = value);
    }
    this.root =
        new GroupConverter() {
          @Override
          public Converter getConverter(int field) {
            return cells[field];
          }

          @Override
          public void start() {
            for (int i = 0; i < values.length; i++) {
              values[i] = isRepeated(fields.get(i)) ? new ArrayList<>() : null;
            }
          }

          @Override
          public void end() {
            for (int i = 0; i < values.length; i++) {
              if (values[i] != null && ParquetNested.isNested(fields.get(i))) {
                values[i] = ParquetNested.json(values[i]);
              }
            }
          }
        };
  }

  private static boolean isRepeated(Type field) {
    return field.isRepetition(Type.Repetition.REPEATED);
  }

  @SuppressWarnings("unchecked")
  private List<Object> list(int place) {
    return (List<Object>) values[place];
  }

  @Override
  public Row getCurrentRecord() {
    return Row.of(schema, values);
  }

  @Override
  public GroupConverter getRootConverter() {
    return root;
  }
}
