package org.tributary.partition;

import static org.apache.spark.sql.functions.col;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.PathNames;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * Reads image sets as Spark rows, with images encoded as in the source. Trees and IDX files have
 * the columns {@link #IMAGE}, {@link #LABEL}, {@link #GROUP} (in trees, the folders between the
 * label and the file) and {@link #FILE}. Parquet keeps the columns of its files. An image in
 * Hugging Face's layout, a struct of bytes and path, becomes two columns.
 */
final class ImageReader {
  static final String IMAGE = "image";
  static final String LABEL = "label";
  static final String GROUP = "group";
  static final String FILE = "file";

  private static final int FILES_PER_TASK = 256;

  private final SparkSession spark;
  private final List<String> names;

  /**
   * Creates a reader.
   *
   * @param spark the session
   * @param names names of all IDX classes 0, 1, ...; empty to use the numbers
   */
  ImageReader(SparkSession spark, List<String> names) {
    this.spark = spark;
    this.names = List.copyOf(names);
  }

  /** The columns of trees and IDX files. */
  static StructType schema(String format) {
    StructType schema =
        new StructType().add(IMAGE, DataTypes.BinaryType).add(LABEL, DataTypes.StringType);
    return (format.equals("images") ? schema.add(GROUP, DataTypes.StringType) : schema)
        .add(FILE, DataTypes.StringType);
  }

  /** All images of a tree or of IDX files. */
  Dataset<Row> read(SourceFiles files) throws IOException {
    return spark.createDataFrame(
        files.tree() == null ? idx(files) : tree(files),
        schema(files.tree() == null ? "idx" : "images"));
  }

  private JavaRDD<Row> idx(SourceFiles files) throws IOException {
    checkIdx(files);
    Broadcast<SerializableConfiguration> conf = configuration();
    String images = files.files().get(0).toString();
    String labels = files.files().get(1).toString();
    String file = files.files().get(0).getName();
    List<String> classes = names;
    return context()
        .parallelize(List.of(images), 1)
        .flatMap(
            path -> {
              Idx idx = Idx.open(Store.of(conf.value().value()), new Path(path), new Path(labels));
              return mapped(
                  idx,
                  image -> {
                    String label =
                        classes.isEmpty()
                            ? Integer.toString(image.label())
                            : classes.get(image.label());
                    return RowFactory.create(image.png(), label, file + "#" + image.place());
                  });
            });
  }

  /** Runs in the driver, so that an error is reported in one line. */
  private void checkIdx(SourceFiles files) throws IOException {
    int highest;
    try {
      highest =
          Idx.check(
              Store.of(spark.sparkContext().hadoopConfiguration()),
              files.files().get(0),
              files.files().get(1));
    } catch (WrongInput e) {
      throw new WrongInput("%s: %s".formatted(files.key(), e.getMessage()), e);
    }
    if (!names.isEmpty() && highest >= names.size()) {
      throw new WrongInput(
          "source.names: %d names, but %s has the label %d; give %d names, of the classes 0 to %d"
              .formatted(names.size(), files.files().get(1), highest, highest + 1, highest));
    }
  }

  private JavaRDD<Row> tree(SourceFiles files) {
    SourceFiles.Tree tree = files.tree();
    String root = tree.root();
    String inside = tree.inside();
    Broadcast<SerializableConfiguration> conf = configuration();
    if (tree.labels() != null) {
      return labelled(tree, conf);
    }
    if (!tree.zip()) {
      int tasks = (tree.names().size() + FILES_PER_TASK - 1) / FILES_PER_TASK;
      return context()
          .parallelize(tree.names(), Math.max(tasks, context().defaultParallelism()))
          .map(
              name ->
                  row(
                      name,
                      Store.of(conf.value().value())
                          .readAny(PathNames.child(new Path(root), inside + name))));
    }
    Set<String> wanted = Set.copyOf(tree.names());
    int tasks = (wanted.size() + FILES_PER_TASK - 1) / FILES_PER_TASK;
    // One task reads the zip and many tasks decode.
    return context()
        .parallelize(List.of(root), 1)
        .flatMap(zip -> new Entries(Store.of(conf.value().value()), new Path(zip), inside, wanted))
        .repartition(Math.max(tasks, context().defaultParallelism()));
  }

  private JavaRDD<Row> labelled(SourceFiles.Tree tree, Broadcast<SerializableConfiguration> conf) {
    Path root = new Path(tree.root());
    String folder = (tree.inside().isEmpty() ? root : new Path(root, tree.inside())).toString();
    List<String[]> named =
        tree.names().stream().map(name -> new String[] {name, tree.labels().get(name)}).toList();
    int tasks = (named.size() + FILES_PER_TASK - 1) / FILES_PER_TASK;
    return context()
        .parallelize(named, Math.max(tasks, context().defaultParallelism()))
        .map(
            one ->
                RowFactory.create(
                    Store.of(conf.value().value()).readAny(new Path(folder, one[0])),
                    one[1],
                    one[0].indexOf('/') < 0 ? "" : one[0].substring(0, one[0].lastIndexOf('/')),
                    one[0]));
  }

  private static Row row(String name, byte[] bytes) {
    int first = name.indexOf('/');
    int last = name.lastIndexOf('/');
    return RowFactory.create(
        bytes,
        first < 0 ? "" : name.substring(0, first),
        first == last ? "" : name.substring(first + 1, last),
        name);
  }

  /**
   * Parquet with a column of images.
   *
   * @param paths of the files
   * @param image the column of the image
   * @return all columns, the image's as bytes
   */
  Dataset<Row> parquet(String[] paths, String image) {
    Dataset<Row> rows = spark.read().parquet(paths);
    List<Column> columns = new ArrayList<>();
    List<String> names = List.of(rows.columns());
    for (StructField field : rows.schema().fields()) {
      Column column = col("`" + field.name() + "`");
      if (field.name().equals(image) && field.dataType() instanceof StructType struct) {
        Set<String> parts = Set.of(struct.fieldNames());
        columns.add((parts.contains("bytes") ? column.getField("bytes") : column).as(field.name()));
        if (parts.contains("path") && !names.contains(FILE)) {
          columns.add(column.getField("path").as(FILE));
        }
      } else {
        columns.add(column);
      }
    }
    return rows.select(columns.toArray(Column[]::new));
  }

  private JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext());
  }

  private Broadcast<SerializableConfiguration> configuration() {
    return context()
        .broadcast(new SerializableConfiguration(spark.sparkContext().hadoopConfiguration()));
  }

  private interface ToRow {
    Row of(Idx.Image image);
  }

  private static Iterator<Row> mapped(Idx idx, ToRow toRow) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return idx.hasNext();
      }

      @Override
      public Row next() {
        return toRow.of(idx.next());
      }
    };
  }

  /** The wanted entries of a zip below a folder, in the order of the zip. */
  private static final class Entries implements Iterator<Row> {
    private final ZipInputStream zip;
    private final String path;
    private final String inside;
    private final Set<String> wanted;
    private String name;

    Entries(Store store, Path path, String inside, Set<String> wanted) throws IOException {
      this.path = path.toString();
      this.inside = inside;
      this.wanted = wanted;
      zip = new ZipInputStream(store.open(path));
      advance();
    }

    private void advance() throws IOException {
      name = null;
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().startsWith(inside)
            && wanted.contains(entry.getName().substring(inside.length()))) {
          name = entry.getName().substring(inside.length());
          return;
        }
      }
      zip.close();
    }

    @Override
    public boolean hasNext() {
      return name != null;
    }

    @Override
    public Row next() {
      if (name == null) {
        throw new NoSuchElementException();
      }
      try {
        Row row = row(name, zip.readAllBytes());
        advance();
        return row;
      } catch (IOException e) {
        throw new UncheckedIOException("reading " + path, e);
      }
    }
  }
}
