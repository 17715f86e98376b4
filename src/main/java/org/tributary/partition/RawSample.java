package org.tributary.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tributary.checkpoint.Store;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.rows.raw.ColumnKind;
import org.tributary.rows.raw.FileSplit;
import org.tributary.rows.raw.RawFormat;

/**
 * A sample of a raw set, read without Spark by the readers of {@code partition}.
 *
 * @param sets the sets that were found: train, and validation and test if there are files of them
 * @param columns type of each column; for images {@code image}, {@code label} and {@code file}
 * @param rows rows of train as values by column, without those of images
 * @param labels the labels of images by their folders; empty for other formats
 * @param images number of images of train; 0 for other formats
 */
public record RawSample(
    Set<String> sets,
    Map<String, ColumnKind> columns,
    List<Map<String, Object>> rows,
    Set<String> labels,
    long images) {
  /** Rows that are read for each that is kept. */
  static final int SPREAD = 25;

  /**
   * Reads the beginning of a set, of several files that of the first one.
   *
   * @param store file system of the set
   * @param source format and path
   * @param label the column of the class next to images; null for none
   * @param most rows to keep, evenly spread over the first {@value #SPREAD} times as many
   * @return the sample
   * @throws WrongInput if {@code partition} would refuse the files
   * @throws IOException if the file system fails
   */
  public static RawSample of(Store store, PartitionConfig.Source source, String label, int most)
      throws IOException {
    List<String> problems = new ArrayList<>();
    Map<String, String> given = Map.of("train", source.train());
    boolean images = List.of("images", "idx").contains(source.format());
    Map<String, SourceFiles> sets =
        images
            ? ImageFinder.find(store, source.format(), given, label, problems)
            : SourceSets.find(store, source.format(), given, problems, new ArrayList<>());
    if (!problems.isEmpty()) {
      throw WrongInput.all(source.train() + ":", problems);
    }
    SourceFiles train = sets.get("train");
    return images
        ? ofImages(sets.keySet(), train)
        : ofRows(store, source, sets.keySet(), train, most);
  }

  private static RawSample ofImages(Set<String> sets, SourceFiles train) {
    Map<String, ColumnKind> columns = new LinkedHashMap<>();
    columns.put("image", ColumnKind.BINARY);
    columns.put("label", ColumnKind.STRING);
    Set<String> labels = new TreeSet<>();
    SourceFiles.Tree tree = train.tree();
    if (tree != null) {
      tree.names().stream()
          .map(n -> tree.labels() == null ? ImageTree.top(n) : tree.labels().get(n))
          .filter(label -> label != null && !label.isEmpty())
          .forEach(labels::add);
    }
    long images = tree == null ? 0 : tree.names().size();
    return new RawSample(sets, columns, List.of(), labels, images);
  }

  private static RawSample ofRows(
      Store store, PartitionConfig.Source source, Set<String> sets, SourceFiles train, int most)
      throws IOException {
    RawFormat format =
        source.format().equals("parquet") ? RawFormat.parquet() : RawTables.format(source);
    RawFiles.Found head = RawFiles.head(store, format, train, 0, most);
    if (!head.failures().isEmpty()) {
      throw new WrongInput(head.failures().get(0));
    }
    Map<String, ColumnKind> inside = new LinkedHashMap<>(head.columns());
    inside.keySet().removeAll(head.keys().keySet());
    FileSplit piece = format.cut(head.pieces().get(0), head.surveys().get(0)).get(0);
    // Files are often sorted. Encoded images are too large to read many rows of them.
    boolean ofImages = inside.containsValue(ColumnKind.BINARY);
    EvenRows<Map<String, Object>> rows = new EvenRows<>(most);
    long read = ofImages ? most : (long) SPREAD * most;
    try (RawFormat.Rows values = format.read(store, piece, inside)) {
      for (long n = 0; values.hasNext() && n < read; n++) {
        Object[] row = values.next();
        Map<String, Object> named = new LinkedHashMap<>(head.keys());
        int i = 0;
        for (String column : inside.keySet()) {
          named.put(column, row[i++]);
        }
        rows.add(named);
      }
    }
    return new RawSample(sets, head.columns(), rows.kept(), Set.of(), 0);
  }
}
