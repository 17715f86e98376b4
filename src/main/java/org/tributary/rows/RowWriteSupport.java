package org.tributary.rows;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;

/** Turns rows into Parquet's records. */
final class RowWriteSupport extends WriteSupport<Row> {
  private final Schema schema;
  private RecordConsumer consumer;

  RowWriteSupport(Schema schema) {
    this.schema = schema;
  }

  static MessageType messageType(Schema schema) {
    Types.MessageTypeBuilder message = Types.buildMessage();
    for (Schema.Column column : schema.columns()) {
      switch (column.type()) {
        case STRING ->
            message.optional(PrimitiveTypeName.BINARY).as(stringType()).named(column.name());
        case LONG -> message.optional(PrimitiveTypeName.INT64).named(column.name());
        case INT -> message.optional(PrimitiveTypeName.INT32).named(column.name());
        case DOUBLE -> message.optional(PrimitiveTypeName.DOUBLE).named(column.name());
        case FLOAT -> message.optional(PrimitiveTypeName.FLOAT).named(column.name());
        case BOOLEAN -> message.optional(PrimitiveTypeName.BOOLEAN).named(column.name());
        case BINARY -> message.optional(PrimitiveTypeName.BINARY).named(column.name());
        case TIMESTAMP ->
            message
                .optional(PrimitiveTypeName.INT64)
                .as(timestampType(true, TimeUnit.MICROS))
                .named(column.name());
      }
    }
    return message.named("row");
  }

  @Override
  public WriteContext init(Configuration conf) {
    return new WriteContext(messageType(schema), SparkComments.of(schema));
  }

  @Override
  public void prepareForWrite(RecordConsumer recordConsumer) {
    consumer = recordConsumer;
  }

  @Override
  public void write(Row row) {
    if (!row.schema().equals(schema)) {
      throw new IllegalArgumentException(
          "a row of %s in a file of %s".formatted(row.schema(), schema));
    }
    consumer.startMessage();
    for (int i = 0; i < schema.columns().size(); i++) {
      Object value = row.value(i);
      if (value != null) {
        String name = schema.columns().get(i).name();
        consumer.startField(name, i);
        add(schema.columns().get(i).type(), value);
        consumer.endField(name, i);
      }
    }
    consumer.endMessage();
  }

  private void add(Schema.Type type, Object value) {
    switch (type) {
      case STRING -> consumer.addBinary(Binary.fromString((String) value));
      case LONG -> consumer.addLong((Long) value);
      case INT -> consumer.addInteger((Integer) value);
      case DOUBLE -> consumer.addDouble((Double) value);
      case FLOAT -> consumer.addFloat((Float) value);
      case BOOLEAN -> consumer.addBoolean((Boolean) value);
      case BINARY -> consumer.addBinary(Binary.fromConstantByteArray((byte[]) value));
      case TIMESTAMP -> consumer.addLong(ChronoUnit.MICROS.between(Instant.EPOCH, (Instant) value));
    }
  }
}
