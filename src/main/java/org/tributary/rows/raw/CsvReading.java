package org.tributary.rows.raw;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import org.tributary.error.WrongInput;

/**
 * Reads the records of a CSV file as Python's csv module and pandas do. Each line ends with LF, CR
 * LF or CR, independently of the other lines. A field that begins with a quote ends at the next
 * single quote. Inside it, line ends stay as they are and two quotes mean one. Text between the
 * closing quote and the separator belongs to the field. A quote elsewhere is a character. Empty
 * lines are skipped. A quote that is never closed is refused; Python accepts it silently.
 *
 * <p>The library of Spark's reader expects all lines to end like the first one.
 */
final class CsvReading implements Closeable {
  /**
   * More characters than any real record has. A longer record means that a quote is not closed or
   * the file is not CSV.
   */
  static final int LONGEST = 1 << 28;

  private static final int END = -1;

  private final String file;
  private final Reader in;
  private final char separator;
  private final char[] buffer = new char[1 << 14];
  private final StringBuilder field = new StringBuilder();
  private int at;
  private int filled;
  private long line = 1;
  private long began = 1;
  private long size;

  CsvReading(String file, Reader in, char separator) {
    this.file = file;
    this.in = in;
    this.separator = separator;
  }

  /**
   * The next record that is not an empty line.
   *
   * @return its fields, at least one; null at the end of the file
   * @throws WrongInput if a quote is never closed or a record has no end
   */
  List<String> next() throws IOException {
    int c = read();
    while (c == '\n' || c == '\r') {
      endLine(c);
      c = read();
    }
    if (c == END) {
      return null;
    }
    began = line;
    size = 0;
    List<String> fields = new ArrayList<>();
    while (true) {
      c = c == '"' ? quoted() : plain(c);
      fields.add(field.toString());
      field.setLength(0);
      if (c != separator) {
        endLine(c);
        return fields;
      }
      c = read();
    }
  }

  /** The line in which the last record began, counted from 1. */
  long line() {
    return began;
  }

  /** Reads a field and returns the character that ends it. */
  private int plain(int first) throws IOException {
    int c = first;
    while (c != separator && c != '\n' && c != '\r' && c != END) {
      add(c);
      c = read();
    }
    return c;
  }

  private int quoted() throws IOException {
    long opened = line;
    while (true) {
      int c = read();
      if (c == END) {
        throw new WrongInput(
            "%s: line %d opens a quote that is never closed; close it, or double it if it is a character"
                .formatted(file, opened));
      }
      if (c == '"') {
        c = read();
        if (c != '"') {
          return plain(c);
        }
      } else if (c == '\n' || c == '\r' && peek() != '\n') {
        line++;
      }
      add(c);
    }
  }

  private void add(int c) {
    field.append((char) c);
    if (++size > LONGEST) {
      throw new WrongInput(
          "%s: the record that begins in line %d has more than %d characters; is a quote not closed?"
              .formatted(file, began, LONGEST));
    }
  }

  private void endLine(int c) throws IOException {
    if (c == '\r' && peek() == '\n') {
      at++;
    }
    line += c == END ? 0 : 1;
  }

  private int peek() throws IOException {
    int c = read();
    at -= c == END ? 0 : 1;
    return c;
  }

  private int read() throws IOException {
    if (at == filled) {
      filled = in.read(buffer, 0, buffer.length);
      at = 0;
      if (filled <= 0) {
        filled = 0;
        return END;
      }
    }
    return buffer[at++];
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
