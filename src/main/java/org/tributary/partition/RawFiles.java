package org.tributary.partition;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.rows.raw.ColumnKind;
import org.tributary.rows.raw.FileSplit;
import org.tributary.rows.raw.RawFormat;
import org.tributary.rows.raw.SplitSummary;

/**
 * Reads raw files of one format on all executors. It surveys every piece first and then reads the
 * rows. Tasks read pieces through the store, one at a time and as a stream.
 */
final class RawFiles {
  private static final int MOST_TASKS = 10_000;

  private final JavaSparkContext spark;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final Store store;
  private final RawFormat format;

  /**
   * Creates it for a format.
   *
   * @param spark the context
   * @param hadoop Hadoop's settings for access to the files
   * @param format format of all files
   */
  RawFiles(JavaSparkContext spark, Configuration hadoop, RawFormat format) {
    this.spark = spark;
    this.hadoop = spark.broadcast(new SerializableConfiguration(hadoop));
    this.store = Store.of(hadoop);
    this.format = format;
  }

  /**
   * The result of surveying a file.
   *
   * @param file the path
   * @param keys columns whose values are in the folder names
   * @param pieces in file order
   * @param surveys survey of each piece
   */
  record Found(
      Path file, Map<String, String> keys, List<FileSplit> pieces, List<SplitSummary> surveys) {

    /** The type of each column, in the order of their first occurrence. */
    Map<String, ColumnKind> columns() {
      Map<String, ColumnKind> columns = new LinkedHashMap<>();
      for (SplitSummary survey : surveys) {
        survey.columns().forEach((name, kind) -> columns.merge(name, kind, ColumnKind::with));
      }
      keys.keySet().forEach(key -> columns.put(key, ColumnKind.STRING));
      return columns;
    }

    /** The reason why the whole file cannot be read; empty if it can. */
    List<String> failures() {
      List<String> failures = new ArrayList<>();
      for (SplitSummary survey : surveys) {
        if (survey.failure() != null) {
          failures.add(survey.failure());
        }
        for (String key : keys.keySet()) {
          if (survey.columns().containsKey(key)) {
            failures.add(
                "%s: has the column %s, as the name of its folder has; rename one"
                    .formatted(file, key));
          }
        }
      }
      return failures;
    }

    long bad() {
      return surveys.stream().mapToLong(SplitSummary::bad).sum();
    }

    /** The first unusable rows, by their lines in the file. */
    List<String> named() {
      List<String> named = new ArrayList<>();
      long before = 0;
      for (SplitSummary survey : surveys) {
        named.addAll(survey.named(before));
        before += survey.lines();
      }
      return named;
    }
  }

  /** Surveys all files. */
  List<Found> look(SourceFiles set) throws IOException {
    List<Path> files = set.files();
    List<List<FileSplit>> cut = new ArrayList<>();
    List<FileSplit> all = new ArrayList<>();
    for (Path file : files) {
      long length = store.status(file).getLen();
      List<FileSplit> pieces = format.pieces(store, file, length);
      cut.add(pieces);
      all.addAll(pieces);
    }
    Iterator<SplitSummary> surveys = surveys(all).iterator();
    List<Found> found = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      List<SplitSummary> of = new ArrayList<>();
      cut.get(i).forEach(piece -> of.add(surveys.next()));
      Map<String, String> keys = HiveKeys.of(set.names().get(i));
      found.add(new Found(files.get(i), keys, cut.get(i), of));
    }
    return found;
  }

  /**
   * Surveys the beginning of a file without Spark.
   *
   * @param store access to the file
   * @param format format of the file
   * @param set the set of the file
   * @param index index of the file in the set
   * @param most number of rows to survey
   */
  static Found head(Store store, RawFormat format, SourceFiles set, int index, long most)
      throws IOException {
    Path file = set.files().get(index);
    List<FileSplit> pieces = format.pieces(store, file, store.status(file).getLen());
    SplitSummary survey;
    try {
      survey = format.head(store, pieces.get(0), most);
    } catch (WrongInput e) {
      survey = SplitSummary.failed(e.getMessage());
    }
    return new Found(file, HiveKeys.of(set.names().get(index)), pieces, List.of(survey));
  }

  private List<SplitSummary> surveys(List<FileSplit> pieces) {
    RawFormat format = this.format;
    Broadcast<SerializableConfiguration> hadoop = this.hadoop;
    return indices(pieces.size())
        .map(
            i -> {
              try {
                return format.survey(Store.of(hadoop.value().value()), pieces.get(i));
              } catch (WrongInput e) {
                return SplitSummary.failed(e.getMessage());
              }
            })
        .collect();
  }

  /**
   * The rows of surveyed files: the values of the columns, then the file.
   *
   * @param files to read
   * @param columns columns to read
   */
  JavaRDD<Row> rows(List<Found> files, Map<String, ColumnKind> columns) {
    List<FileSplit> pieces = new ArrayList<>();
    List<Map<String, String>> keys = new ArrayList<>();
    for (Found file : files) {
      for (int i = 0; i < file.pieces().size(); i++) {
        pieces.addAll(format.cut(file.pieces().get(i), file.surveys().get(i)));
      }
      while (keys.size() < pieces.size()) {
        keys.add(file.keys());
      }
    }
    RawFormat format = this.format;
    Broadcast<SerializableConfiguration> hadoop = this.hadoop;
    Map<String, ColumnKind> wanted = new LinkedHashMap<>(columns);
    return indices(pieces.size())
        .flatMap(
            i -> {
              FileSplit piece = pieces.get(i);
              Store store = Store.of(hadoop.value().value());
              Map<String, ColumnKind> inside = new LinkedHashMap<>(wanted);
              inside.keySet().removeAll(keys.get(i).keySet());
              RawFormat.Rows rows = format.read(store, piece, inside);
              TaskContext.get()
                  .addTaskCompletionListener((TaskCompletionListener) context -> close(rows));
              return new SparkRows(rows, List.copyOf(wanted.keySet()), keys.get(i), piece.file());
            });
  }

  private JavaRDD<Integer> indices(int count) {
    return spark.parallelize(
        IntStream.range(0, count).boxed().toList(), Math.max(1, Math.min(count, MOST_TASKS)));
  }

  private static void close(Closeable rows) {
    try {
      rows.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Converts rows to Spark rows. */
  private record SparkRows(
      RawFormat.Rows rows, List<String> columns, Map<String, String> keys, String file)
      implements Iterator<Row> {
    @Override
    public boolean hasNext() {
      boolean more = rows.hasNext();
      if (!more) {
        close(rows);
      }
      return more;
    }

    @Override
    public Row next() {
      Object[] values = rows.next();
      Object[] all = new Object[columns.size() + 1];
      int next = 0;
      for (int i = 0; i < columns.size(); i++) {
        String column = columns.get(i);
        all[i] = keys.containsKey(column) ? keys.get(column) : values[next++];
      }
      all[all.length - 1] = file;
      return RowFactory.create(all);
    }
  }
}
