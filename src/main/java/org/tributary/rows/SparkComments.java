package org.tributary.rows;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.tributary.json.Json;

/**
 * The descriptions of a file's columns, in the entry of the Parquet footer from which Spark takes
 * the schema of a table: {@code DESCRIBE} shows them as comments. Other readers ignore the entry.
 */
final class SparkComments {
  /** Spark's key; see {@code ParquetReadSupport.SPARK_METADATA_KEY}. */
  private static final String KEY = "org.apache.spark.sql.parquet.row.metadata";

  private SparkComments() {}

  /** The footer's entry; none if no column has a description. */
  static Map<String, String> of(Schema schema) {
    if (schema.columns().stream().allMatch(column -> comment(column).isEmpty())) {
      return Map.of();
    }
    ObjectNode struct = Json.object().put("type", "struct");
    ArrayNode fields = struct.putArray("fields");
    for (Schema.Column column : schema.columns()) {
      ObjectNode field = fields.addObject();
      field.put("name", column.name());
      field.put("type", type(column.type()));
      field.put("nullable", true);
      ObjectNode metadata = field.putObject("metadata");
      if (!comment(column).isEmpty()) {
        metadata.put("comment", comment(column));
      }
    }
    return Map.of(KEY, Json.text(struct));
  }

  /** A column's meaning, with its unit in brackets. */
  static String comment(Schema.Column column) {
    return column.unit().isEmpty()
        ? column.meaning()
        : "%s [%s]".formatted(column.meaning(), column.unit());
  }

  /** The name of a type in Spark's JSON. */
  private static String type(Schema.Type type) {
    return switch (type) {
      case STRING -> "string";
      case LONG -> "long";
      case INT -> "integer";
      case DOUBLE -> "double";
      case FLOAT -> "float";
      case BOOLEAN -> "boolean";
      case BINARY -> "binary";
      case TIMESTAMP -> "timestamp";
    };
  }
}
