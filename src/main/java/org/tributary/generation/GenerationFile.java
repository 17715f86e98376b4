package org.tributary.generation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.partition.RawFolder;
import org.tributary.rows.raw.ColumnKind;
import org.tributary.rows.raw.FileSplit;
import org.tributary.rows.raw.RawFormat;
import org.tributary.rows.raw.SplitSummary;
import org.tributary.rows.raw.SurveyedFile;

/**
 * A file of rows that need answers, after its first check.
 *
 * @param path of the file
 * @param keys columns whose values are in the folder names
 * @param columns the type of each column; sorted by name for JSON lines
 * @param pieces in file order
 * @param surveys summary of each piece
 */
record GenerationFile(
    Path path,
    Map<String, String> keys,
    Map<String, ColumnKind> columns,
    List<FileSplit> pieces,
    List<SplitSummary> surveys) {

  /**
   * Checks a file.
   *
   * @param name the folder that was given, a line end, and the file's name in it
   * @throws WrongInput if the file or one of its rows cannot be read
   */
  static GenerationFile look(Store store, RawFormat format, String name, Path path)
      throws IOException {
    SurveyedFile found = SurveyedFile.of(store, format, path);
    List<SplitSummary> surveys = found.summaries();
    Map<String, ColumnKind> columns = found.columns();
    List<String> bad = found.bad();
    if (!bad.isEmpty()) {
      throw new WrongInput(
          "%s: %d rows cannot be used: %s"
              .formatted(
                  path,
                  surveys.stream().mapToLong(SplitSummary::bad).sum(),
                  String.join("; ", bad.subList(0, Math.min(5, bad.size())))));
    }
    Map<String, String> keys = RawFolder.keys(name.substring(name.indexOf('\n') + 1));
    for (String key : keys.keySet()) {
      if (columns.put(key, ColumnKind.STRING) != null) {
        throw new WrongInput(
            "%s: has the column %s, as the name of its folder has; rename one"
                .formatted(path, key));
      }
    }
    boolean anyOrder = surveys.stream().anyMatch(survey -> survey.lines() > 0);
    return new GenerationFile(
        path, keys, anyOrder ? new TreeMap<>(columns) : columns, found.pieces(), surveys);
  }

  long rows() {
    return surveys.stream().mapToLong(SplitSummary::rows).sum();
  }

  /**
   * Locates a slice of the rows.
   *
   * @param from first row
   * @param to one past the last row
   * @param read columns to read, with their types
   */
  GenerationShard.Slice slice(long from, long to, LinkedHashMap<String, ColumnKind> read) {
    if (surveys.get(0).isCutByRows()) {
      List<FileSplit> rows = List.of(new FileSplit(path.toString(), from, to));
      return new GenerationShard.Slice(rows, 0, to - from, keys, read);
    }
    List<FileSplit> some = new ArrayList<>();
    long before = 0;
    long skip = 0;
    for (int i = 0; i < pieces.size(); i++) {
      long behind = before + surveys.get(i).rows();
      if (behind > from && before < to) {
        skip = some.isEmpty() ? from - before : skip;
        some.add(pieces.get(i));
      }
      before = behind;
    }
    return new GenerationShard.Slice(some, skip, to - from, keys, read);
  }
}
