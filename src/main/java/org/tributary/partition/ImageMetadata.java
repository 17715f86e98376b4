package org.tributary.partition;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.rows.raw.ColumnKind;
import org.tributary.rows.raw.FileSplit;
import org.tributary.rows.raw.RawFormat;
import org.tributary.rows.raw.SurveyedFile;

/**
 * Reads the labels of a folder's images in the layout of Hugging Face's imagefolder: {@code
 * metadata.csv} or {@code metadata.jsonl} next to the images, with the column {@code file_name}, a
 * path relative to that folder, and a column with the class. The file is read as raw rows are, so
 * another encoding, a quote that is never closed and a line that is not a row are refused in the
 * same way.
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
    boolean csv = file.getName().endsWith(".csv");
    try {
      metadata.read(store, file, csv ? RawFormat.csv(',') : RawFormat.jsonLines());
    } catch (WrongInput e) {
      String told = e.getMessage();
      throw told.startsWith(metadata.file) ? e : new WrongInput(key + ": " + told, e);
    }
    return metadata.labels;
  }

  private void read(Store store, Path path, RawFormat format) throws IOException {
    SurveyedFile found = SurveyedFile.of(store, format, path);
    if (!found.bad().isEmpty()) {
      throw new WrongInput("%s: %s; correct it".formatted(file, found.bad().get(0)));
    }
    if (found.rows() == 0) {
      return;
    }
    LinkedHashMap<String, ColumnKind> read = new LinkedHashMap<>();
    read.put(FILE_NAME, kind(found.columns(), FILE_NAME));
    if (label != null) {
      read.put(label, kind(found.columns(), label));
    }
    int row = file.endsWith(".csv") ? 1 : 0; // the header is a row
    for (int i = 0; i < found.pieces().size(); i++) {
      for (FileSplit piece : format.cut(found.pieces().get(i), found.summaries().get(i))) {
        try (RawFormat.Rows rows = format.read(store, piece, read)) {
          while (rows.hasNext()) {
            add(++row, rows.next());
          }
        }
      }
    }
  }

  /** The kind of a column that has to be there. */
  private ColumnKind kind(Map<String, ColumnKind> columns, String column) {
    ColumnKind kind = columns.get(column);
    if (kind == null) {
      throw new WrongInput(
          "%s: has no column %s, but %s; add it%s%s"
              .formatted(
                  file,
                  column,
                  columns.keySet(),
                  column.equals(FILE_NAME) ? "" : ", or give the class's column this name",
                  columns.size() == 1 && file.endsWith(".csv")
                      ? "; commas separate the columns"
                      : ""));
    }
    if (kind == ColumnKind.OBJECT || kind == ColumnKind.ARRAY) {
      throw new WrongInput(
          "%s: column %s holds lists or objects; write one text or number in each row"
              .formatted(file, column));
    }
    return kind;
  }

  private void add(int row, Object... values) {
    String name = values[0] == null ? "" : values[0].toString();
    if (name.isBlank()) {
      throw wrong(row, "has no " + FILE_NAME);
    }
    Object of = values.length < 2 ? null : values[1];
    if (labels.put(name, of == null ? "" : of.toString()) != null) {
      throw wrong(row, "names %s a second time".formatted(name));
    }
  }

  private WrongInput wrong(int row, String what) {
    return new WrongInput("%s, row %d: %s; correct it".formatted(file, row, what));
  }
}
