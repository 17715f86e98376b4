package org.tributary.rows.raw;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;

/**
 * A raw file after its first reading, by one process.
 *
 * @param pieces in file order
 * @param summaries of the pieces
 * @param columns names and kinds, in the order in which they first occur
 * @param bad rows that cannot be used, with their lines
 */
public record SurveyedFile(
    List<FileSplit> pieces,
    List<SplitSummary> summaries,
    Map<String, ColumnKind> columns,
    List<String> bad) {

  /**
   * Reads a file.
   *
   * @param store reaches it
   * @param format of the file
   * @param path of the file
   * @return what it has
   * @throws org.tributary.error.WrongInput if it cannot be read in this format
   * @throws IOException if the file system fails
   */
  public static SurveyedFile of(Store store, RawFormat format, Path path) throws IOException {
    List<FileSplit> pieces = format.pieces(store, path, store.status(path).getLen());
    List<SplitSummary> summaries = new ArrayList<>();
    Map<String, ColumnKind> columns = new LinkedHashMap<>();
    List<String> bad = new ArrayList<>();
    long lines = 0;
    for (FileSplit piece : pieces) {
      SplitSummary summary = format.survey(store, piece);
      summaries.add(summary);
      summary.columns().forEach((name, kind) -> columns.merge(name, kind, ColumnKind::with));
      bad.addAll(summary.named(lines));
      lines += summary.lines();
    }
    return new SurveyedFile(pieces, summaries, columns, bad);
  }

  /** The number of rows that can be used. */
  public long rows() {
    return summaries.stream().mapToLong(SplitSummary::rows).sum();
  }
}
