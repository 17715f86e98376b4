package org.tributary.partition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.tributary.config.NearestNames;
import org.tributary.error.WrongInput;
import org.tributary.rows.Schema;
import org.tributary.rows.raw.ColumnKind;

/** Decides which columns of a raw set are kept, and maps their types to those of Spark. */
final class RawColumns {
  private static final Map<DataType, Schema.Type> TYPES = types();

  /** Stands for the types of files whose values cannot be read. */
  private static final DataType UNREADABLE = DataTypes.CalendarIntervalType;

  /**
   * More columns mean that data are used as keys. A file of each client would need room for all of
   * them.
   */
  private static final int MOST = 5000;

  private RawColumns() {}

  /**
   * The kept columns.
   *
   * @param whole all columns
   * @param train the set that messages name
   * @param columns the requested columns; empty for all
   * @param identity names columns that must be among them
   * @throws WrongInput if one is missing or has values that are not plain
   */
  static Schema kept(
      StructType whole, SourceName train, List<String> columns, RowCodec.Identity identity) {
    List<String> existing = List.of(whole.fieldNames());
    List<String> problems = new ArrayList<>();
    for (String column : columns) {
      missing("source.columns", column, existing, problems);
    }
    List<String> wanted = columns.isEmpty() ? existing : columns;
    if (wanted.size() > MOST) {
      problems.add(
          "%d columns, such as %s; name those to keep under source.columns, at most %d"
              .formatted(wanted.size(), String.join(", ", wanted.subList(0, 3)), MOST));
    }
    if (problems.isEmpty()) {
      named(wanted, identity, problems);
    }
    List<Schema.Column> kept = new ArrayList<>();
    List<String> unsupported = new ArrayList<>();
    Map<String, String> needed = needed(identity);
    for (String name : wanted) {
      int at = existing.indexOf(name);
      if (at >= 0
          && name.equals(identity.image())
          && !whole.fields()[at].dataType().equals(DataTypes.BinaryType)) {
        problems.add(
            "source.image: column %s is %s; an encoded image is binary"
                .formatted(name, whole.fields()[at].dataType().simpleString()));
      } else if (at >= 0 && TYPES.containsKey(whole.fields()[at].dataType())) {
        kept.add(new Schema.Column(name, TYPES.get(whole.fields()[at].dataType())));
      } else if (at >= 0 && needed.containsKey(name)) {
        problems.add(
            "%s: column %s holds no plain values%s; store it as text or numbers"
                .formatted(needed.get(name), name, shown(whole.fields()[at].dataType())));
      } else if (at >= 0) {
        unsupported.add(name + " (" + whole.fields()[at].dataType().simpleString() + ")");
      }
    }
    if (!unsupported.isEmpty()) {
      problems.add(nested(unsupported));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all("%s: %s:".formatted(train.key(), train.given()), problems);
    }
    return new Schema(kept);
  }

  /** The type, unless it stands for a type of Parquet that Spark does not have. */
  private static String shown(DataType type) {
    return type.equals(UNREADABLE) ? "" : " (" + type.simpleString() + ")";
  }

  private static void missing(
      String key, String column, List<String> existing, List<String> problems) {
    if (column != null && !existing.contains(column)) {
      problems.add(
          "%s: no column %s among %s%s"
              .formatted(
                  key,
                  column,
                  String.join(", ", existing),
                  NearestNames.name(column, existing)
                      .map(n -> "; did you mean " + n + "?")
                      .orElse("")));
    }
  }

  private static void named(
      List<String> columns, RowCodec.Identity identity, List<String> problems) {
    missing("label", identity.label(), columns, problems);
    missing("partitioner.column", identity.owner(), columns, problems);
    missing("source.image", identity.image(), columns, problems);
    identity.same().forEach(c -> missing("duplicateColumns", c, columns, problems));
  }

  /** The key that names each column that cannot be left out. */
  private static Map<String, String> needed(RowCodec.Identity identity) {
    Map<String, String> needed = new LinkedHashMap<>();
    identity.same().forEach(column -> needed.put(column, "duplicateColumns"));
    needed.put(identity.image(), "source.image");
    needed.put(identity.owner(), "partitioner.column");
    needed.put(identity.label(), "label");
    needed.remove(null);
    return needed;
  }

  /**
   * Checks that the columns in the configuration exist, whatever their type is.
   *
   * @param existing all columns
   * @param train the set that messages name
   * @param columns the requested columns; empty for all
   * @param identity names columns that must be among them
   * @throws WrongInput if one is missing
   */
  static void requireNames(
      List<String> existing, SourceName train, List<String> columns, RowCodec.Identity identity) {
    List<String> problems = new ArrayList<>();
    columns.forEach(column -> missing("source.columns", column, existing, problems));
    if (problems.isEmpty()) {
      named(columns.isEmpty() ? existing : columns, identity, problems);
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all("%s: %s:".formatted(train.key(), train.given()), problems);
    }
  }

  /** The reason why columns cannot be kept, and how to fix it. */
  static String nested(List<String> names) {
    return "cannot keep nested or special columns: %s; list the columns to keep under source.columns, or store these as text or numbers"
        .formatted(String.join(", ", names));
  }

  /** The Spark types of raw columns. Nested values are JSON text. */
  static StructType struct(Map<String, ColumnKind> columns) {
    StructType struct = new StructType();
    for (Map.Entry<String, ColumnKind> column : columns.entrySet()) {
      DataType type =
          switch (column.getValue()) {
            case UNREADABLE -> UNREADABLE;
            default -> spark(column.getValue().type());
          };
      struct = struct.add(column.getKey(), type, true);
    }
    return struct;
  }

  /** The Spark types of plain types. */
  static StructType struct(Schema schema) {
    StructType struct = new StructType();
    for (Schema.Column column : schema.columns()) {
      struct = struct.add(column.name(), spark(column.type()), true);
    }
    return struct;
  }

  /** The Spark type of a plain type. */
  static DataType spark(Schema.Type type) {
    return TYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == type)
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  private static Map<DataType, Schema.Type> types() {
    Map<DataType, Schema.Type> types = new LinkedHashMap<>();
    types.put(DataTypes.StringType, Schema.Type.STRING);
    types.put(DataTypes.LongType, Schema.Type.LONG);
    types.put(DataTypes.IntegerType, Schema.Type.INT);
    types.put(DataTypes.DoubleType, Schema.Type.DOUBLE);
    types.put(DataTypes.FloatType, Schema.Type.FLOAT);
    types.put(DataTypes.BooleanType, Schema.Type.BOOLEAN);
    types.put(DataTypes.BinaryType, Schema.Type.BINARY);
    return types;
  }
}
