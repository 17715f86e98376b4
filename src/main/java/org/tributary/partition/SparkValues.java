package org.tributary.partition;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.apache.spark.sql.types.UserDefinedType;
import org.apache.spark.unsafe.types.UTF8String;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.rows.raw.ColumnKind;

/**
 * Converts the rows of a DataFrame to plain values, to the same as the rows of a Parquet file with
 * these columns. Decimals become text with all their digits. Dates and times become ISO 8601 text;
 * a {@code timestamp} is in UTC and ends in Z. Structs, maps and arrays become JSON text. Internal
 * rows are read, because Spark's outer values depend on settings of the session.
 */
final class SparkValues implements Function<InternalRow, Row>, Serializable {
  private static final long serialVersionUID = 1;

  /** Kinds of keys of a map that have no text of their own. */
  private static final Set<ColumnKind> KEYS_WITHOUT_TEXT =
      EnumSet.of(ColumnKind.UNREADABLE, ColumnKind.BINARY, ColumnKind.ARRAY, ColumnKind.OBJECT);

  private final List<String> names;
  private final List<DataType> types;
  private final String shown;

  /**
   * Creates the converter of some columns.
   *
   * @param names of the columns, for messages
   * @param types of the columns
   * @param shown the value of the last column of each row: the name of the set
   */
  SparkValues(List<String> names, List<DataType> types, String shown) {
    this.names = List.copyOf(names);
    this.types = List.copyOf(types);
    this.shown = shown;
  }

  /** The kind of the values of a type; {@code UNREADABLE} if they are not plain. */
  static ColumnKind kind(DataType type) {
    DataType plain = stored(type);
    if (plain instanceof ArrayType || plain instanceof StructType || plain instanceof MapType) {
      return !isReadable(plain)
          ? ColumnKind.UNREADABLE
          : plain instanceof ArrayType ? ColumnKind.ARRAY : ColumnKind.OBJECT;
    } else if (plain instanceof ByteType
        || plain instanceof ShortType
        || plain instanceof IntegerType) {
      return ColumnKind.INT;
    } else if (plain instanceof LongType) {
      return ColumnKind.LONG;
    } else if (plain instanceof DoubleType) {
      return ColumnKind.DOUBLE;
    } else if (plain instanceof FloatType) {
      return ColumnKind.FLOAT;
    } else if (plain instanceof BooleanType) {
      return ColumnKind.BOOLEAN;
    } else if (plain instanceof BinaryType) {
      return ColumnKind.BINARY;
    } else if (plain instanceof NullType) {
      return ColumnKind.NULL;
    }
    return plain instanceof StringType
            || plain instanceof DateType
            || plain instanceof TimestampType
            || plain instanceof TimestampNTZType
            || plain instanceof DecimalType
        ? ColumnKind.STRING
        : ColumnKind.UNREADABLE;
  }

  private static boolean isReadable(DataType type) {
    if (type instanceof ArrayType array) {
      return kind(array.elementType()) != ColumnKind.UNREADABLE;
    } else if (type instanceof MapType map) {
      // Keys are written as text.
      return !KEYS_WITHOUT_TEXT.contains(kind(map.keyType()))
          && kind(map.valueType()) != ColumnKind.UNREADABLE;
    }
    StructType struct = (StructType) type;
    return new HashSet<>(List.of(struct.fieldNames())).size() == struct.size()
        && Arrays.stream(struct.fields())
            .allMatch(field -> kind(field.dataType()) != ColumnKind.UNREADABLE);
  }

  /** The type in which Spark stores values of a user-defined type, such as vectors. */
  private static DataType stored(DataType type) {
    return type instanceof UserDefinedType<?> own ? own.sqlType() : type;
  }

  @Override
  public Row call(InternalRow row) {
    Object[] values = new Object[names.size() + 1];
    for (int i = 0; i < names.size(); i++) {
      try {
        Object value = row.isNullAt(i) ? null : plain(row.get(i, types.get(i)), types.get(i));
        values[i] = value instanceof Map || value instanceof List ? Json.text(value) : value;
      } catch (WrongInput e) {
        throw new WrongInput("column %s %s".formatted(names.get(i), e.getMessage()), e);
      }
    }
    values[names.size()] = shown;
    return RowFactory.create(values);
  }

  private static Object plain(Object value, DataType given) {
    DataType type = stored(given);
    if (value instanceof UTF8String text) {
      return text(text);
    } else if (value instanceof Byte || value instanceof Short) {
      return ((Number) value).intValue();
    } else if (type instanceof DateType) {
      return LocalDate.ofEpochDay((int) value).toString();
    } else if (type instanceof TimestampType) {
      return time((long) value) + "Z";
    } else if (type instanceof TimestampNTZType) {
      return time((long) value);
    } else if (type instanceof DecimalType decimal) {
      return ((Decimal) value).toJavaBigDecimal().setScale(decimal.scale()).toPlainString();
    } else if (type instanceof ArrayType array) {
      return list((ArrayData) value, array.elementType());
    } else if (type instanceof MapType map) {
      return object((MapData) value, map);
    }
    return type instanceof StructType struct ? object((InternalRow) value, struct) : value;
  }

  /** Bytes that are not UTF-8 would change when they are decoded. */
  private static String text(UTF8String value) {
    String text = value.toString();
    if (text.indexOf('\ufffd') >= 0
        && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), value.getBytes())) {
      throw new WrongInput("holds text that is not UTF-8; write it as such, or as binary");
    }
    return text;
  }

  private static String time(long micros) {
    return LocalDateTime.ofInstant(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), ZoneOffset.UTC)
        .format(DateTimeFormatter.ISO_LOCAL_DATE_TIME);
  }

  private static List<Object> list(ArrayData array, DataType type) {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < array.numElements(); i++) {
      list.add(array.isNullAt(i) ? null : plain(array.get(i, type), type));
    }
    return list;
  }

  private static Map<String, Object> object(MapData map, MapType type) {
    List<Object> keys = list(map.keyArray(), type.keyType());
    List<Object> values = list(map.valueArray(), type.valueType());
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      object.put(String.valueOf(keys.get(i)), values.get(i));
    }
    return object;
  }

  private static Map<String, Object> object(InternalRow row, StructType type) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < type.size(); i++) {
      StructField field = type.fields()[i];
      object.put(
          field.name(),
          row.isNullAt(i) ? null : plain(row.get(i, field.dataType()), field.dataType()));
    }
    return object;
  }
}
