package org.tributary.partition;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.Store;
import org.tributary.checkpoint.StoreTrouble;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import scala.Tuple2;

/**
 * Writes the files of a partition, with one Spark task per file. A shuffle collects the rows of a
 * file in the order of their identity, which is the same on any cluster. The task then commits the
 * file. A file of an earlier stopped run is kept, because a new one would be identical.
 */
final class PartWriter {
  private final JavaSparkContext spark;
  private final Configuration hadoop;
  private final Path folder;

  /**
   * Creates a writer.
   *
   * @param spark the context
   * @param hadoop Hadoop's settings for access to the folder
   * @param folder of the partitioned set
   */
  PartWriter(JavaSparkContext spark, Configuration hadoop, Path folder) {
    this.spark = spark;
    this.hadoop = hadoop;
    this.folder = folder;
  }

  /**
   * A written file.
   *
   * @param sha256 of its bytes, hex
   * @param bytes its size
   */
  record Written(String sha256, long bytes) {}

  /**
   * The file of a row and its place in the file. It is not a record, because Kryo cannot serialize
   * records.
   */
  private static final class Place implements Serializable {
    private static final long serialVersionUID = 1;
    private final int target;
    private final byte[] hash;

    Place(int target, byte[] hash) {
      this.target = target;
      this.hash = hash;
    }
  }

  /** A row and the number of its copies in the file. */
  private static final class Copies implements Serializable {
    private static final long serialVersionUID = 1;
    private final Object[] values;
    private final int times;

    Copies(Object[] values, int times) {
      this.values = values;
      this.times = times;
    }
  }

  /** Sorts the rows of one file by identity. */
  private static final class Order implements Comparator<Place>, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public int compare(Place a, Place b) {
      int order = Integer.compare(a.target, b.target);
      return order != 0 ? order : Arrays.compareUnsigned(a.hash, b.hash);
    }
  }

  /** Gives each file its own task. */
  private static final class ByTarget extends Partitioner {
    private static final long serialVersionUID = 1;
    private final int targets;

    ByTarget(int targets) {
      this.targets = targets;
    }

    @Override
    public int numPartitions() {
      return targets;
    }

    @Override
    public int getPartition(Object key) {
      return ((Place) key).target;
    }
  }

  /**
   * Writes all files.
   *
   * @param sets raw sets
   * @param assignments the assignment of rows to files, for each set
   * @param files paths relative to the folder, by target
   * @param rows expected rows of each file, at least one
   * @return each file with its hash and size
   * @throws Trouble if the store or a local disk still fails after all retries
   */
  List<Written> write(
      List<RawSet> sets, List<FileAssignment> assignments, List<String> files, long[] rows)
      throws IOException {
    JavaPairRDD<Place, Copies> placed = null;
    for (int i = 0; i < sets.size(); i++) {
      JavaPairRDD<Place, Copies> of = place(sets.get(i), spark.broadcast(assignments.get(i)));
      placed = placed == null ? of : placed.union(of);
    }
    Broadcast<SerializableConfiguration> conf =
        spark.broadcast(new SerializableConfiguration(hadoop));
    RowCodec.Columns columns = sets.get(0).codec().schema();
    String root = folder.toString();
    String changed =
        sets.stream()
            .map(set -> set.source().changed())
            .distinct()
            .collect(Collectors.joining("; "));
    List<String> names = List.copyOf(files);
    JavaRDD<Object[]> written =
        placed
            .repartitionAndSortWithinPartitions(new ByTarget(names.size()), new Order())
            .mapPartitionsWithIndex(
                (target, sorted) -> {
                  Path file = new Path(root, names.get(target));
                  Store store = Store.of(conf.value().value());
                  Schema schema = columns.toSchema();
                  // The sorted rows can be read only once.
                  store
                      .once()
                      .commit(
                          file,
                          out -> {
                            Distinct distinct = new Distinct(sorted, schema);
                            ParquetRows.write(out, schema, () -> distinct);
                            if (distinct.count != rows[target]) {
                              throw changed(file, distinct.count, rows[target], changed);
                            }
                          });
                  long bytes = store.status(file).getLen();
                  return Collections.singletonList(new Object[] {store.sha256(file), bytes})
                      .iterator();
                },
                true);
    // Existing files are kept, and so are the files of the shuffle. Only missing ones are
    // made again.
    return Store.of(hadoop).patiently(folder, () -> collect(written));
  }

  private List<Written> collect(JavaRDD<Object[]> written) throws IOException {
    try {
      return written.collect().stream()
          .map(each -> new Written((String) each[0], (Long) each[1]))
          .toList();
    } catch (Exception e) { // Scala declares no checked exceptions.
      throw told(e);
    }
  }

  /** Reports an error of a task or a disk as if it happened here. */
  private IOException told(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof WrongInput wrong) {
        throw wrong;
      }
    }
    Optional<Trouble> trouble = StoreTrouble.in(e, LocalDisks.told());
    if (trouble.isEmpty() && e instanceof RuntimeException runtime) {
      throw runtime;
    }
    return trouble.isPresent() ? trouble.get() : new IOException("writing " + folder, e);
  }

  private static JavaPairRDD<Place, Copies> place(
      RawSet set, Broadcast<FileAssignment> assignment) {
    RowCodec codec = set.codec();
    String key = set.source().key();
    String changed = set.source().changed();
    return set.values()
        .flatMapToPair(
            values -> {
              byte[] hash = codec.hash(values);
              if (!assignment.value().knows(hash)) {
                throw new WrongInput("%s: an unknown row: %s".formatted(key, changed));
              }
              List<Tuple2<Place, Copies>> placed = new ArrayList<>();
              for (FileAssignment.Copies copies : assignment.value().of(hash)) {
                placed.add(
                    new Tuple2<>(
                        new Place(copies.target(), hash), new Copies(values, copies.times())));
              }
              return placed.iterator();
            });
  }

  private static WrongInput changed(Path file, long written, long expected, String why) {
    return new WrongInput(
        "%s would hold %d rows instead of %d: %s".formatted(file, written, expected, why));
  }

  /**
   * Equal rows arrive once per occurrence in the source. One of them is taken and repeated as often
   * as this file needs it.
   */
  private static final class Distinct implements Iterator<Row> {
    private final Iterator<Tuple2<Place, Copies>> sorted;
    private final Schema schema;
    private byte[] last = {};
    private Row row;
    private int left;
    private long count;

    Distinct(Iterator<Tuple2<Place, Copies>> sorted, Schema schema) {
      this.sorted = sorted;
      this.schema = schema;
    }

    @Override
    public boolean hasNext() {
      while (left == 0 && sorted.hasNext()) {
        Tuple2<Place, Copies> next = sorted.next();
        if (!Arrays.equals(last, next._1().hash)) {
          last = next._1().hash;
          row = Row.of(schema, next._2().values);
          left = next._2().times;
        }
      }
      return left > 0;
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      left--;
      count++;
      return row;
    }
  }
}
