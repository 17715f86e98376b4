package org.tributary.rows.raw;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/** The rows of a piece of a JSON lines file, read after its survey found no problem. */
final class JsonRows implements RawFormat.Rows {
  private final LineReader lines;
  private final Map<String, Integer> places = new HashMap<>();
  private final ColumnKind[] kinds;
  private final Deque<Object[]> ready = new ArrayDeque<>();
  private boolean ended;

  JsonRows(LineReader lines, Map<String, ColumnKind> columns) {
    this.lines = lines;
    kinds = columns.values().toArray(ColumnKind[]::new);
    columns.keySet().forEach(name -> places.put(name, places.size()));
  }

  @Override
  public boolean hasNext() {
    try {
      while (ready.isEmpty() && !ended) {
        String line = lines.next();
        ended = line == null;
        if (!ended && !line.isBlank()) {
          fill(line);
        }
      }
    } catch (JsonProcessingException e) {
      throw RawFormat.changed(lines.file());
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + lines.file(), e);
    }
    return !ready.isEmpty();
  }

  @Override
  public Object[] next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  private void fill(String line) throws IOException {
    try (JsonParser json = JsonLines.JSON.createParser(line)) {
      boolean array = json.nextToken() == JsonToken.START_ARRAY;
      JsonToken token = array ? json.nextToken() : json.currentToken();
      while (token == JsonToken.START_OBJECT) {
        ready.add(values(json));
        token = json.nextToken();
      }
    }
  }

  private Object[] values(JsonParser json) throws IOException {
    Object[] values = new Object[kinds.length];
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      Integer place = places.get(json.currentName());
      JsonToken token = json.nextToken();
      if (place == null) {
        json.skipChildren();
      } else if (token != JsonToken.VALUE_NULL) {
        values[place] = value(json, kinds[place]);
      }
    }
    return values;
  }

  private static Object value(JsonParser json, ColumnKind kind) throws IOException {
    return switch (kind) {
      case LONG -> json.getLongValue();
      case DOUBLE -> json.getDoubleValue();
      case BOOLEAN -> json.getBooleanValue();
      default -> json.currentToken().isStructStart() ? nested(json) : json.getText();
    };
  }

  /** A nested value's JSON without spaces, with numbers spelled as in the file. */
  private static String nested(JsonParser json) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JsonLines.JSON.createGenerator(text)) {
      int depth = 0;
      while (true) {
        JsonToken token = json.currentToken();
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (token.isNumeric()) {
          out.writeNumber(json.getText());
        } else {
          out.copyCurrentEvent(json);
        }
        if (depth == 0) {
          break;
        }
        json.nextToken();
      }
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
