package org.tributary.rows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.tributary.json.Json;

/**
 * Reads nested columns as JSON text. A struct becomes an object with all its fields. A list or a
 * repeated field becomes an array. A map becomes an object, with its keys as text. A missing value
 * becomes null. Lists follow Parquet's LogicalTypes.md, including its rules for older writers.
 */
final class ParquetNested {
  private ParquetNested() {}

  /** Whether every part of a column can be read. */
  static boolean isReadable(Type type) {
    return type.isPrimitive()
        ? ParquetValues.of(type.asPrimitiveType()).isPresent()
        : type.asGroupType().getFields().stream().allMatch(ParquetNested::isReadable);
  }

  /** Whether a column's values have parts. */
  static boolean isNested(Type type) {
    return !type.isPrimitive() || type.isRepetition(Repetition.REPEATED);
  }

  /** Whether a column becomes a JSON array; otherwise it becomes an object. */
  static boolean isArray(Type type) {
    return type.isRepetition(Repetition.REPEATED) || isList(type);
  }

  /** Maps, lists and plain values as JSON. */
  static String json(Object value) {
    return Json.text(value);
  }

  private static boolean isList(Type type) {
    return !type.isPrimitive()
        && type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation
        && type.asGroupType().getFieldCount() == 1;
  }

  private static boolean isMap(Type type) {
    boolean named =
        type.getLogicalTypeAnnotation() instanceof MapLogicalTypeAnnotation
            || type.getLogicalTypeAnnotation() instanceof MapKeyValueTypeAnnotation;
    if (!named || type.isPrimitive() || type.asGroupType().getFieldCount() != 1) {
      return false;
    }
    Type entry = type.asGroupType().getType(0);
    return !entry.isPrimitive() && entry.asGroupType().getFieldCount() == 2;
  }

  /**
   * A converter that passes on a map, a list or a plain value, or each element of a repeated field.
   */
  static Converter value(Type type, Consumer<Object> sink) {
    if (type.isPrimitive()) {
      return new ParquetCell(
          type.getName(), ParquetValues.of(type.asPrimitiveType()).orElseThrow(), sink);
    }
    GroupType group = type.asGroupType();
    if (isList(type)) {
      return new Many(group.getType(0), sink);
    }
    return isMap(type) ? new Entries(group, sink) : new Struct(group, sink);
  }

  /** An object: its fields by name. */
  private static class Struct extends GroupConverter {
    private final GroupType type;
    private final Consumer<Object> sink;
    private final List<Converter> fields = new ArrayList<>();
    private Map<String, Object> values = new LinkedHashMap<>();

    Struct(GroupType type, Consumer<Object> sink) {
      this.type = type;
      this.sink = sink;
      for (Type field : type.getFields()) {
        String name = field.getName();
        fields.add(
            field.isRepetition(Repetition.REPEATED)
                ? value(field, value -> list(name).add(value))
                : value(field, value -> values.put(name, value)));
      }
    }

    @SuppressWarnings("unchecked")
    private List<Object> list(String name) {
      return (List<Object>) values.get(name);
    }

    @Override
    public Converter getConverter(int field) {
      return fields.get(field);
    }

    @Override
    public void start() {
      values = new LinkedHashMap<>();
      for (Type field : type.getFields()) {
        values.put(
            field.getName(), field.isRepetition(Repetition.REPEATED) ? new ArrayList<>() : null);
      }
    }

    @Override
    public void end() {
      sink.accept(values);
    }
  }

  /** A list: the group around its repeated field. */
  private static final class Many extends GroupConverter {
    private final Consumer<Object> sink;
    private final Converter repeated;
    private List<Object> values = new ArrayList<>();

    Many(Type repeated, Consumer<Object> sink) {
      this.sink = sink;
      this.repeated =
          isElement(repeated)
              ? value(repeated, value -> values.add(value))
              : new Wrapped(repeated.asGroupType(), value -> values.add(value));
    }

    /** Whether the repeated field is the element itself, as from older writers. */
    private static boolean isElement(Type repeated) {
      return repeated.isPrimitive()
          || repeated.asGroupType().getFieldCount() != 1
          || repeated.getName().equals("array")
          || repeated.getName().endsWith("_tuple");
    }

    @Override
    public Converter getConverter(int field) {
      return repeated;
    }

    @Override
    public void start() {
      values = new ArrayList<>();
    }

    @Override
    public void end() {
      sink.accept(values);
    }
  }

  /** The group around an element. The element is null if the group has no value. */
  private static final class Wrapped extends GroupConverter {
    private final Consumer<Object> sink;
    private final Converter element;
    private Object value;

    Wrapped(GroupType repeated, Consumer<Object> sink) {
      this.sink = sink;
      this.element = ParquetNested.value(repeated.getType(0), given -> value = given);
    }

    @Override
    public Converter getConverter(int field) {
      return element;
    }

    @Override
    public void start() {
      value = null;
    }

    @Override
    public void end() {
      sink.accept(value);
    }
  }

  /** A map: an object with the keys as text. */
  private static final class Entries extends GroupConverter {
    private final Consumer<Object> sink;
    private final Converter entry;
    private Map<String, Object> values = new LinkedHashMap<>();

    Entries(GroupType map, Consumer<Object> sink) {
      this.sink = sink;
      GroupType type = map.getType(0).asGroupType();
      String key = type.getFieldName(0);
      String of = type.getFieldName(1);
      this.entry =
          new Struct(
              type,
              pair -> {
                Map<?, ?> both = (Map<?, ?>) pair;
                values.put(String.valueOf(both.get(key)), both.get(of));
              });
    }

    @Override
    public Converter getConverter(int field) {
      return entry;
    }

    @Override
    public void start() {
      values = new LinkedHashMap<>();
    }

    @Override
    public void end() {
      sink.accept(values);
    }
  }
}
