package org.tributary.rows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.JulianFields;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.tributary.error.WrongInput;

/**
 * Converts the values of one of Parquet's primitive types to plain values. Integers keep their
 * value: unsigned ones of 8 and 16 bits become INT, those of 32 and 64 bits LONG. Values beyond 63
 * bits are refused. Decimals become text with all their digits. Dates and times become ISO 8601
 * text, with Z if they are in UTC.
 *
 * @param type the plain type
 * @param whole converter from Parquet's INT32 and INT64; null for other types
 * @param bytes converter from byte arrays; null for other types
 */
record ParquetValues(Schema.Type type, LongFunction<Object> whole, Function<Binary, Object> bytes) {
  private static final long UNSIGNED_INT = 0xffffffffL;
  private static final long NANOS = 1_000_000_000L;

  /** The converter of a type; empty if its values are not plain. */
  static Optional<ParquetValues> of(PrimitiveType primitive) {
    LogicalTypeAnnotation logical = primitive.getLogicalTypeAnnotation();
    return Optional.ofNullable(
        switch (primitive.getPrimitiveTypeName()) {
          case INT32 -> int32(logical);
          case INT64 -> int64(logical);
          case DOUBLE -> new ParquetValues(Schema.Type.DOUBLE, null, null);
          case FLOAT -> new ParquetValues(Schema.Type.FLOAT, null, null);
          case BOOLEAN -> new ParquetValues(Schema.Type.BOOLEAN, null, null);
          case BINARY -> binary(logical);
          case FIXED_LEN_BYTE_ARRAY -> fixed(logical);
          case INT96 -> text(ParquetValues::int96);
        });
  }

  private static ParquetValues text(Function<Binary, Object> bytes) {
    return new ParquetValues(Schema.Type.STRING, null, bytes);
  }

  private static ParquetValues textOfWhole(LongFunction<Object> whole) {
    return new ParquetValues(Schema.Type.STRING, whole, null);
  }

  private static ParquetValues int32(LogicalTypeAnnotation logical) {
    if (logical == null) {
      return new ParquetValues(Schema.Type.INT, value -> (int) value, null);
    }
    if (logical instanceof IntLogicalTypeAnnotation number) {
      return number.isSigned() || number.getBitWidth() < 32
          ? new ParquetValues(Schema.Type.INT, value -> (int) value, null)
          : new ParquetValues(Schema.Type.LONG, value -> value & UNSIGNED_INT, null);
    }
    if (logical instanceof DateLogicalTypeAnnotation) {
      return textOfWhole(day -> LocalDate.ofEpochDay(day).toString());
    }
    return timeOrDecimal(logical);
  }

  private static ParquetValues int64(LogicalTypeAnnotation logical) {
    if (logical == null) {
      return new ParquetValues(Schema.Type.LONG, value -> value, null);
    }
    if (logical instanceof IntLogicalTypeAnnotation number) {
      return new ParquetValues(
          Schema.Type.LONG, number.isSigned() ? value -> value : ParquetValues::unsigned, null);
    }
    if (logical instanceof TimestampLogicalTypeAnnotation time) {
      return textOfWhole(value -> timestamp(value, time));
    }
    return timeOrDecimal(logical);
  }

  private static Object unsigned(long value) {
    if (value < 0) {
      throw new WrongInput(
          "holds the unsigned number %s, which is beyond 63 bits; write the column as text, or leave it out"
              .formatted(Long.toUnsignedString(value)));
    }
    return value;
  }

  private static ParquetValues timeOrDecimal(LogicalTypeAnnotation logical) {
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      return textOfWhole(value -> BigDecimal.valueOf(value, decimal.getScale()).toPlainString());
    }
    if (logical instanceof TimeLogicalTypeAnnotation time) {
      long unit = nanos(time.getUnit());
      String zone = time.isAdjustedToUTC() ? "Z" : "";
      return textOfWhole(
          value ->
              LocalTime.ofNanoOfDay(value * unit).format(DateTimeFormatter.ISO_LOCAL_TIME) + zone);
    }
    return null;
  }

  private static long nanos(LogicalTypeAnnotation.TimeUnit unit) {
    return switch (unit) {
      case MILLIS -> 1_000_000;
      case MICROS -> 1_000;
      case NANOS -> 1;
    };
  }

  private static String timestamp(long value, TimestampLogicalTypeAnnotation time) {
    long unit = nanos(time.getUnit());
    long perSecond = NANOS / unit;
    Instant instant =
        Instant.ofEpochSecond(
            Math.floorDiv(value, perSecond), Math.floorMod(value, perSecond) * unit);
    String local =
        LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
            .format(DateTimeFormatter.ISO_LOCAL_DATE_TIME);
    return time.isAdjustedToUTC() ? local + "Z" : local;
  }

  /** The old timestamps of Spark and Impala: nanoseconds of the day, then the Julian day. */
  private static Object int96(Binary value) {
    ByteBuffer bytes = value.toByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    long nanos = bytes.getLong();
    LocalDate day = LocalDate.EPOCH.with(JulianFields.JULIAN_DAY, bytes.getInt());
    return day.atStartOfDay().plusNanos(nanos).format(DateTimeFormatter.ISO_LOCAL_DATE_TIME);
  }

  private static ParquetValues binary(LogicalTypeAnnotation logical) {
    if (logical == null) {
      return new ParquetValues(Schema.Type.BINARY, null, Binary::getBytes);
    }
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      return text(value -> decimal(value, decimal.getScale()));
    }
    return logical instanceof LogicalTypeAnnotation.BsonLogicalTypeAnnotation
        ? null
        : text(ParquetValues::utf8);
  }

  private static ParquetValues fixed(LogicalTypeAnnotation logical) {
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      return text(value -> decimal(value, decimal.getScale()));
    }
    if (logical instanceof UUIDLogicalTypeAnnotation) {
      return text(
          value -> {
            ByteBuffer bytes = value.toByteBuffer().slice();
            return new UUID(bytes.getLong(), bytes.getLong()).toString();
          });
    }
    return logical == null ? new ParquetValues(Schema.Type.BINARY, null, Binary::getBytes) : null;
  }

  private static Object decimal(Binary value, int scale) {
    return new BigDecimal(new BigInteger(value.getBytes()), scale).toPlainString();
  }

  /** Bytes that are not UTF-8 would change when they are decoded. */
  private static Object utf8(Binary value) {
    String text = value.toStringUsingUTF8();
    if (text.indexOf('\ufffd') >= 0
        && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), value.getBytes())) {
      throw new WrongInput("holds text that is not UTF-8; write it as such, or as binary");
    }
    return text;
  }
}
