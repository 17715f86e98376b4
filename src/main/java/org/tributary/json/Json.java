package org.tributary.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * JSON text to trees and records, and back. Equal values give equal text on every platform. Texts
 * that are nested deeper than 1,000 levels, or have a string of more than 20,000,000 characters,
 * are refused as not valid, because of Jackson's {@code StreamReadConstraints}.
 */
public final class Json {
  private static final DefaultIndenter INDENT = new DefaultIndenter("  ", "\n");

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Numbers keep their digits, because scores of a tokenizer's vocabulary are compared. */
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  private static final ObjectWriter PRETTY =
      MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(INDENT));

  private static final ObjectWriter ELEMENTS =
      MAPPER.writer(
          new DefaultPrettyPrinter().withObjectIndenter(INDENT).withArrayIndenter(INDENT));

  private Json() {}

  /** A writer with Jackson's exception, which values of this program never cause. */
  private interface Writing<T> {
    T write() throws JsonProcessingException;
  }

  /**
   * An empty object.
   *
   * @return an object that keeps the order of its fields
   */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * Reads one value; of a key that comes twice the last counts.
   *
   * @param json text in UTF-8, UTF-16 or UTF-32
   * @return its tree; a missing node if there is nothing
   * @throws JsonProcessingException if it is not JSON
   */
  public static JsonNode tree(byte[] json) throws IOException {
    return MAPPER.readTree(json);
  }

  /**
   * Reads one value; of a key that comes twice the last counts.
   *
   * @param json text
   * @return its tree; a missing node if there is nothing
   * @throws JsonProcessingException if it is not JSON
   */
  public static JsonNode tree(String json) throws JsonProcessingException {
    return MAPPER.readTree(json);
  }

  /**
   * Reads one value with all digits of its numbers.
   *
   * @param json text in UTF-8, UTF-16 or UTF-32
   * @return its tree
   * @throws JsonProcessingException if it is not JSON, has a key twice, or has more text after the
   *     value
   */
  public static JsonNode strict(byte[] json) throws IOException {
    return STRICT.readTree(json);
  }

  /**
   * Reads one value with all digits of its numbers.
   *
   * @param json text
   * @return its tree
   * @throws JsonProcessingException if it is not JSON, has a key twice, or has more text after the
   *     value
   */
  public static JsonNode strict(String json) throws JsonProcessingException {
    return STRICT.readTree(json);
  }

  /**
   * Reads a record.
   *
   * @param json an object with the record's components
   * @param type of the record
   * @throws JsonProcessingException if it has no such record
   */
  public static <T> T record(byte[] json, Class<T> type) throws IOException {
    return MAPPER.readValue(json, type);
  }

  /**
   * Reads a record.
   *
   * @param json an object with the record's components
   * @param type of the record
   * @throws JsonProcessingException if it has no such record
   */
  public static <T> T record(String json, Class<T> type) throws JsonProcessingException {
    return MAPPER.readValue(json, type);
  }

  /**
   * Reads a record.
   *
   * @param json an object with the record's components
   * @param type of the record
   * @throws JsonProcessingException if it has no such record
   */
  public static <T> T record(JsonNode json, Class<T> type) throws JsonProcessingException {
    return MAPPER.treeToValue(json, type);
  }

  /**
   * Reads a record that this program has written.
   *
   * @param json what {@link #pretty} or {@link #text} made
   * @param type of the record
   * @throws IllegalArgumentException if it has no such record
   */
  public static <T> T own(String json, Class<T> type) {
    try {
      return record(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a " + type.getSimpleName(), e);
    }
  }

  /** A record, list, map or plain value as a tree. */
  public static JsonNode treeOf(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Writes a tree, record, list, map or plain value in one line, without spaces. */
  public static String text(Object value) {
    return written(value, () -> MAPPER.writeValueAsString(value));
  }

  /** As {@link #text}, in UTF-8. */
  public static byte[] bytes(Object value) {
    return written(value, () -> MAPPER.writeValueAsBytes(value));
  }

  /** Writes a value with a line for each field; an array is on the line of its field. */
  public static String pretty(Object value) {
    return written(value, () -> PRETTY.writeValueAsString(value));
  }

  /** Writes a value with a line for each field and for each element of an array. */
  public static String elements(Object value) {
    return written(value, () -> ELEMENTS.writeValueAsString(value));
  }

  private static <T> T written(Object value, Writing<T> writing) {
    try {
      return writing.write();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot be written as JSON: " + value.getClass(), e);
    }
  }
}
