package org.tributary.rows;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Names and types of the columns of plain rows, in file order. Any value may be null.
 *
 * @param columns at least one, names unique
 */
public record Schema(List<Column> columns) {

  /** The type of a column: the flat types that Parquet, Spark and Java share. */
  public enum Type {
    STRING(String.class),
    LONG(Long.class),
    INT(Integer.class),
    DOUBLE(Double.class),
    FLOAT(Float.class),
    BOOLEAN(Boolean.class),
    BINARY(byte[].class),
    /** A moment, with microseconds, in UTC. */
    TIMESTAMP(Instant.class);

    private final Class<?> javaType;

    Type(Class<?> javaType) {
      this.javaType = javaType;
    }

    /**
     * The Java class of a value.
     *
     * @return such as {@code Long} for {@link #LONG}
     */
    public Class<?> javaType() {
      return javaType;
    }
  }

  /**
   * One column.
   *
   * @param name its name in files
   * @param type its type
   * @param unit of its numbers; empty if there is none
   * @param meaning what its values are; empty if the file does not say it
   */
  public record Column(String name, Type type, String unit, String meaning) {
    /**
     * A column without a description.
     *
     * @param name its name in files
     * @param type its type
     */
    public Column(String name, Type type) {
      this(name, type, "", "");
    }
  }

  /** Checks that the names are unique. Duplicates are a fault of the caller. */
  public Schema {
    columns = List.copyOf(columns);
    Set<String> seen = new HashSet<>();
    for (Column column : columns) {
      if (!seen.add(column.name())) {
        throw new IllegalArgumentException("two columns are called " + column.name());
      }
    }
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("a schema needs a column");
    }
  }

  /**
   * A schema of the given columns.
   *
   * @param columns in file order
   * @return the schema
   */
  public static Schema of(Column... columns) {
    return new Schema(List.of(columns));
  }

  /**
   * The names.
   *
   * @return in file order
   */
  public List<String> names() {
    return columns.stream().map(Column::name).toList();
  }

  /**
   * The position of a column.
   *
   * @param name the column
   * @return its index, or -1 if there is no column of that name
   */
  public int indexOf(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
