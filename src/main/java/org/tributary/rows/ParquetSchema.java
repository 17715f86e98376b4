package org.tributary.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.tributary.config.NearestNames;
import org.tributary.error.WrongInput;

/**
 * The requested columns of a file.
 *
 * @param schema the columns with plain types; nested columns are JSON text
 * @param requested the same columns with Parquet's types
 * @param skipped columns of the file without plain values; they are read only if they are requested
 *     by name
 */
record ParquetSchema(Schema schema, MessageType requested, List<String> skipped) {

  static ParquetSchema of(Path file, MessageType whole, List<String> names) {
    List<String> flat =
        whole.getFields().stream().filter(f -> flat(f).isPresent()).map(Type::getName).toList();
    List<String> problems = new ArrayList<>();
    for (String name : names) {
      if (!whole.containsField(name)) {
        problems.add(missing(name, flat));
      } else if (!ParquetNested.isReadable(whole.getType(name))) {
        problems.add(
            "column %s is %s, which cannot be read; convert it to text or numbers"
                .formatted(name, kind(whole.getType(name))));
      }
    }
    List<String> all = flat.isEmpty() ? nested(whole) : flat;
    if (names.isEmpty() && all.isEmpty()) {
      problems.add("no column holds plain values; convert them to text or numbers");
    }
    if (problems.size() == 1) {
      throw new WrongInput(file + ": " + problems.get(0));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(file + ":", problems);
    }
    List<String> wanted = names.isEmpty() ? all : names.stream().distinct().toList();
    List<Schema.Column> columns = new ArrayList<>();
    List<Type> fields = new ArrayList<>();
    for (String name : wanted) {
      Type field = whole.getType(name);
      // A nested column becomes a STRING column of JSON text.
      columns.add(
          new Schema.Column(name, flat(field).map(ParquetValues::type).orElse(Schema.Type.STRING)));
      fields.add(field);
    }
    List<String> skipped =
        whole.getFields().stream().map(Type::getName).filter(n -> !all.contains(n)).toList();
    return new ParquetSchema(
        new Schema(columns), new MessageType(whole.getName(), fields), skipped);
  }

  /** A file that has only conversations has no plain column. */
  private static List<String> nested(MessageType whole) {
    return whole.getFields().stream().filter(ParquetNested::isReadable).map(Type::getName).toList();
  }

  private static String missing(String name, List<String> existing) {
    return "no column %s; the file has %s%s"
        .formatted(
            name,
            String.join(", ", existing),
            NearestNames.name(name, existing).map(n -> "; did you mean " + n + "?").orElse(""));
  }

  private static String kind(Type field) {
    return field.isPrimitive() ? "of type " + field.asPrimitiveType() : "nested with such parts";
  }

  /** How a column without parts is read; empty for others. */
  static Optional<ParquetValues> flat(Type field) {
    return ParquetNested.isNested(field)
        ? Optional.empty()
        : ParquetValues.of(field.asPrimitiveType());
  }
}
