package org.tributary.partition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.univocity.parsers.common.TextParsingException;
import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;

/**
 * Reads the labels of a folder's images in the layout of Hugging Face's imagefolder: {@code
 * metadata.csv} or {@code metadata.jsonl} next to the images, with the column {@code file_name}, a
 * path relative to that folder, and a column with the class.
 */
final class ImageMetadata {
  private static final String FILE_NAME = "file_name";
  private static final List<String> NAMES = List.of("metadata.csv", "metadata.jsonl");
  private final String file;
  private final String label;
  private final Map<String, String> labels = new TreeMap<>();

  private ImageMetadata(String key, Path file, String label) {
    this.file = key + ": " + file;
    this.label = label;
  }

  /** The name of the metadata file among a folder's files; empty if there is none. */
  static Optional<String> among(List<String> names) {
    return NAMES.stream().filter(names::contains).findFirst();
  }

  /**
   * Reads the labels.
   *
   * @param key of the configuration that names the folder
   * @param store file system of the file
   * @param file of metadata
   * @param label the column of the class; null if none is configured
   * @return the labels by the image's name relative to the file's folder
   * @throws WrongInput if the file cannot be used; the message names the file and the line
   */
  static Map<String, String> read(String key, Store store, Path file, String label)
      throws IOException {
    ImageMetadata metadata = new ImageMetadata(key, file, label);
    String text = new String(store.readAll(file), StandardCharsets.UTF_8);
    text = text.startsWith("\ufeff") ? text.substring(1) : text;
    if (file.getName().endsWith(".csv")) {
      metadata.csv(text);
    } else {
      metadata.lines(text);
    }
    return metadata.labels;
  }

  private void csv(String text) {
    CsvParserSettings settings = new CsvParserSettings();
    settings.setLineSeparatorDetectionEnabled(true);
    settings.getFormat().setQuoteEscape('"');
    List<String[]> rows;
    try {
      rows = new CsvParser(settings).parseAll(new StringReader(text));
    } catch (TextParsingException e) {
      throw new WrongInput("%s: is no readable CSV; write it again".formatted(file), e);
    }
    List<String> header = rows.isEmpty() ? List.of() : Arrays.asList(rows.get(0));
    int name = column(header, FILE_NAME);
    int of = label == null ? -1 : column(header, label);
    for (int i = 1; i < rows.size(); i++) {
      String[] row = rows.get(i);
      if (row.length != header.size()) {
        throw wrong(i, "has %d fields, the header %d".formatted(row.length, header.size()));
      }
      add(i, row[name], of < 0 ? null : row[of]);
    }
  }

  private int column(List<String> header, String column) {
    int at = header.indexOf(column);
    if (at < 0) {
      throw new WrongInput(
          "%s: has no column %s, but %s; add it%s"
              .formatted(
                  file,
                  column,
                  header,
                  column.equals(FILE_NAME) ? "" : ", or call the class's column so"));
    }
    return at;
  }

  private void lines(String text) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      JsonNode row;
      try {
        row = Json.tree(lines.get(i));
      } catch (JsonProcessingException e) {
        throw wrong(i, "is no JSON object");
      }
      if (!row.path(FILE_NAME).isTextual() || label != null && !row.has(label)) {
        throw wrong(
            i,
            "has no %s%s".formatted(FILE_NAME, label == null ? "" : ", or no label in " + label));
      }
      JsonNode value = label == null ? null : row.get(label);
      if (value != null && value.isContainerNode()) {
        throw wrong(i, "has a list or an object as its label in " + label);
      }
      boolean none = value == null || value.isNull();
      add(i, row.get(FILE_NAME).asText(), none ? null : value.asText());
    }
  }

  private void add(int line, String name, String of) {
    if (name == null || name.isBlank()) {
      throw wrong(line, "has no " + FILE_NAME);
    }
    if (labels.put(name, of == null ? "" : of) != null) {
      throw wrong(line, "names %s a second time".formatted(name));
    }
  }

  private WrongInput wrong(int line, String what) {
    return new WrongInput("%s, row %d: %s; correct it".formatted(file, line + 1, what));
  }
}
