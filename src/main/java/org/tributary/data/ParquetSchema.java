package org.tributary.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.tributary.error.WrongInput;

/**
 * The columns of a file that a reading asks for.
 *
 * @param schema as plain types
 * @param requested the same as Parquet's own types
 * @param skipped columns of the file that hold no plain values
 */
record ParquetSchema(Schema schema, MessageType requested, List<String> skipped) {

  static ParquetSchema of(Path file, MessageType whole, List<String> names) {
    List<String> flat =
        whole.getFields().stream().filter(f -> plain(f).isPresent()).map(Type::getName).toList();
    List<String> problems = new ArrayList<>();
    for (String name : names) {
      if (!whole.containsField(name)) {
        problems.add(missing(name, flat));
      } else if (!flat.contains(name)) {
        problems.add(
            "column %s is %s, which cannot be read as a plain value; convert it to text or numbers"
                .formatted(name, kind(whole.getType(name))));
      }
    }
    if (names.isEmpty() && flat.isEmpty()) {
      problems.add("no column holds plain values; convert them to text or numbers");
    }
    if (problems.size() == 1) {
      throw new WrongInput(file + ": " + problems.get(0));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(file + ":", problems);
    }
    List<String> wanted = names.isEmpty() ? flat : names.stream().distinct().toList();
    List<Schema.Column> columns = new ArrayList<>();
    List<Type> fields = new ArrayList<>();
    for (String name : wanted) {
      Type field = whole.getType(name);
      columns.add(new Schema.Column(name, plain(field).orElseThrow()));
      fields.add(field);
    }
    List<String> skipped =
        whole.getFields().stream().map(Type::getName).filter(n -> !flat.contains(n)).toList();
    return new ParquetSchema(
        new Schema(columns), new MessageType(whole.getName(), fields), skipped);
  }

  private static String missing(String name, List<String> existing) {
    return "no column %s; the file has %s%s"
        .formatted(
            name,
            String.join(", ", existing),
            Nearest.to(name, existing).map(n -> "; did you mean " + n + "?").orElse(""));
  }

  private static String kind(Type field) {
    if (field.isRepetition(Repetition.REPEATED)) {
      return "repeated";
    }
    return field.isPrimitive() ? "of type " + field.asPrimitiveType() : "nested";
  }

  private static Optional<Schema.Type> plain(Type field) {
    if (!field.isPrimitive() || field.isRepetition(Repetition.REPEATED)) {
      return Optional.empty();
    }
    PrimitiveType primitive = field.asPrimitiveType();
    LogicalTypeAnnotation logical = primitive.getLogicalTypeAnnotation();
    return Optional.ofNullable(
        switch (primitive.getPrimitiveTypeName()) {
          case BINARY -> binary(logical);
          case INT64 -> signed(logical) ? Schema.Type.LONG : null;
          case INT32 -> signed(logical) ? Schema.Type.INT : null;
          case DOUBLE -> Schema.Type.DOUBLE;
          case FLOAT -> Schema.Type.FLOAT;
          case BOOLEAN -> Schema.Type.BOOLEAN;
          case INT96, FIXED_LEN_BYTE_ARRAY -> null;
        });
  }

  private static Schema.Type binary(LogicalTypeAnnotation logical) {
    if (logical == null) {
      return Schema.Type.BINARY;
    }
    return logical instanceof LogicalTypeAnnotation.DecimalLogicalTypeAnnotation
            || logical instanceof LogicalTypeAnnotation.BsonLogicalTypeAnnotation
        ? null
        : Schema.Type.STRING;
  }

  private static boolean signed(LogicalTypeAnnotation logical) {
    return logical == null || (logical instanceof IntLogicalTypeAnnotation i && i.isSigned());
  }
}
