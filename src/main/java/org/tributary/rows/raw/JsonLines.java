package org.tributary.rows.raw;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * JSON lines: one object per line (or an array of objects, as some tools write it), with keys in
 * any order. The type of a column fits all its values. In a text column, a number keeps its
 * spelling from the file. Nested values become JSON text. A line with anything else, a duplicate
 * key or half of a surrogate pair is reported with its number.
 */
final class JsonLines implements RawFormat {
  private static final long serialVersionUID = 1;

  /** The size of a piece in bytes. */
  private static final long PIECE = 64L << 20;

  static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          // Jackson's symbol tables are made for few names and grow without limit with many.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  @Override
  public List<FileSplit> pieces(Store store, Path file, long length) throws IOException {
    if (length <= 2 * PIECE || !Decompression.isPlain(store, file)) {
      return List.of(FileSplit.whole(file));
    }
    List<FileSplit> pieces = new ArrayList<>();
    for (long from = 0; from < length; from += PIECE) {
      long to = from + PIECE < length ? from + PIECE : FileSplit.END;
      pieces.add(new FileSplit(file.toString(), from, to));
    }
    return pieces;
  }

  @Override
  public SplitSummary survey(Store store, FileSplit piece) throws IOException {
    return head(store, piece, Long.MAX_VALUE);
  }

  @Override
  public SplitSummary head(Store store, FileSplit piece, long most) throws IOException {
    SplitSummary survey = new SplitSummary();
    try (LineReader lines = LineReader.open(store, piece)) {
      for (String line = lines.next();
          line != null && survey.looked() < most;
          line = lines.next()) {
        if (line.isBlank()) {
          continue;
        }
        Map<String, ColumnKind> before = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(line)) {
          int objects = look(json, line, before);
          before.forEach(survey::column);
          for (int i = 0; i < objects; i++) {
            survey.row();
          }
        } catch (Unusable | JsonProcessingException e) {
          if (piece.from() == 0 && survey.looked() == 0) {
            refuseManyLines(piece, line.strip(), e);
          }
          survey.bad(lines.line(), reason(e));
        }
      }
      survey.lines(lines.line());
    }
    return survey;
  }

  /** A document over many lines has no single line to correct or remove. It must be rewritten. */
  private static void refuseManyLines(FileSplit piece, String line, Exception e) {
    boolean array = line.startsWith("[") && e instanceof JsonEOFException;
    if (array || line.equals("{")) {
      throw new WrongInput(
          "%s: has one JSON %s over many lines, but JSON Lines need one object in each line: jq -c '%s' old.json > new.jsonl makes them"
              .formatted(piece.file(), array ? "array" : "object", array ? ".[]" : "."));
    }
  }

  /** Why a line cannot be used. */
  private static final class Unusable extends Exception {
    private static final long serialVersionUID = 1;

    Unusable(String why) {
      super(why);
    }
  }

  private static String reason(Exception e) {
    if (e instanceof Unusable) {
      return e.getMessage();
    }
    // After the first line, Jackson's message names the location in its own input.
    String message = ((JsonProcessingException) e).getOriginalMessage();
    int end = message.indexOf(" at [Source");
    return "is not JSON (%s)".formatted(shortened(end < 0 ? message : message.substring(0, end)));
  }

  private static String shortened(String message) {
    String line = message.lines().findFirst().orElse("");
    return line.length() > 200 ? line.substring(0, 200) + "..." : line;
  }

  /** Checks a line's objects and counts them. */
  private static int look(JsonParser json, String line, Map<String, ColumnKind> columns)
      throws IOException, Unusable {
    boolean escapes = line.contains("\\u");
    JsonToken first = json.nextToken();
    boolean array = first == JsonToken.START_ARRAY;
    int objects = 0;
    for (JsonToken token = array ? json.nextToken() : first;
        token == JsonToken.START_OBJECT;
        token = array ? json.nextToken() : null) {
      lookAtObject(json, escapes, columns);
      objects++;
    }
    if (objects == 0 || array && json.currentToken() != JsonToken.END_ARRAY) {
      throw new Unusable("holds no object");
    }
    if (json.nextToken() != null) {
      throw new Unusable("has more after its object");
    }
    return objects;
  }

  private static void lookAtObject(
      JsonParser json, boolean escapes, Map<String, ColumnKind> columns)
      throws IOException, Unusable {
    Set<String> names = new HashSet<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      if (!names.add(name)) {
        throw new Unusable("has the key `%s` twice; leave it once".formatted(name));
      }
      ColumnKind kind = kind(json, json.nextToken());
      columns.merge(name, kind, ColumnKind::with);
      int depth = 0;
      while (true) {
        JsonToken token = json.currentToken();
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (escapes && token == JsonToken.VALUE_STRING && isBroken(json.getText())) {
          throw new Unusable("holds half of a surrogate pair (\\ud800 to \\udfff)");
        }
        if (depth == 0) {
          break;
        }
        json.nextToken();
      }
    }
  }

  private static ColumnKind kind(JsonParser json, JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> ColumnKind.OBJECT;
      case START_ARRAY -> ColumnKind.ARRAY;
      case VALUE_STRING -> ColumnKind.STRING;
      case VALUE_TRUE, VALUE_FALSE -> ColumnKind.BOOLEAN;
      case VALUE_NUMBER_INT ->
          json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? ColumnKind.BIG
              : ColumnKind.LONG;
      case VALUE_NUMBER_FLOAT -> ColumnKind.DOUBLE;
      default -> ColumnKind.NULL;
    };
  }

  /** Whether a text has half of a surrogate pair, which UTF-8 cannot encode. */
  private static boolean isBroken(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isHighSurrogate(text.charAt(i))
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Rows read(Store store, FileSplit piece, Map<String, ColumnKind> columns)
      throws IOException {
    return new JsonRows(LineReader.open(store, piece), columns);
  }
}
