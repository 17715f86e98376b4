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
 * Writes the files of a partition, one Spark task each: a shuffle brings a file's rows together in
 * the order of their identity, whatever the cluster, and the task commits the file. A file that a
 * stopped run left is the same by determinism and is kept.
 */
final class PartWriter {
  private final JavaSparkContext spark;
  private final Configuration hadoop;
  private final Path folder;

  /**
   * A writer.
   *
   * @param spark the context
   * @param hadoop what reaches the folder
   * @param folder of the partitioned set
   */
  PartWriter(JavaSparkContext spark, Configuration hadoop, Path folder) {
    this.spark = spark;
    this.hadoop = hadoop;
    this.folder = folder;
  }

  /**
   * A file that is there.
   *
   * @param sha256 of its bytes, hex
   * @param bytes its size
   */
  record Written(String sha256, long bytes) {}

  /** Where a row goes, and its place there. No record: Kryo may be set, which cannot carry them. */
  private static final class Place implements Serializable {
    private static final long serialVersionUID = 1;
    private final int target;
    private final byte[] hash;

    Place(int target, byte[] hash) {
      this.target = target;
      this.hash = hash;
    }
  }

  /** A row and how often the file has it. */
  private static final class Copies implements Serializable {
    private static final long serialVersionUID = 1;
    private final Object[] values;
    private final int times;

    Copies(Object[] values, int times) {
      this.values = values;
      this.times = times;
    }
  }

  /** Rows of one file by identity. */
  private static final class Order implements Comparator<Place>, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public int compare(Place a, Place b) {
      int order = Integer.compare(a.target, b.target);
      return order != 0 ? order : Arrays.compareUnsigned(a.hash, b.hash);
    }
  }

  /** One task for each file. */
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
   * @param assignments for each set where its rows go
   * @param files relative to the folder, by target
   * @param rows expected of each file, at least one
   * @return what each file is
   * @throws Trouble where the store or a local disk fails to the end
   */
  List<Written> write(
      List<RawSet> sets, List<Assignment> assignments, List<String> files, long[] rows)
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
    List<String> names = List.copyOf(files);
    JavaRDD<Object[]> written =
        placed
            .repartitionAndSortWithinPartitions(new ByTarget(names.size()), new Order())
            .mapPartitionsWithIndex(
                (target, sorted) -> {
                  Path file = new Path(root, names.get(target));
                  Store store = Store.of(conf.value().value());
                  Schema schema = columns.toSchema();
                  // The sorted rows come once.
                  store
                      .once()
                      .commit(
                          file,
                          out -> {
                            Distinct distinct = new Distinct(sorted, schema);
                            ParquetRows.write(out, schema, () -> distinct);
                            refuseChanged(file, distinct.count, rows[target]);
                          });
                  long bytes = store.status(file).getLen();
                  return Collections.singletonList(new Object[] {store.sha256(file), bytes})
                      .iterator();
                },
                true);
    // Files that are there are kept, and the shuffle's as well: only what is missing is done again.
    return Store.of(hadoop).patiently(folder, () -> collect(written));
  }

  private List<Written> collect(JavaRDD<Object[]> written) throws IOException {
    try {
      return written.collect().stream()
          .map(each -> new Written((String) each[0], (Long) each[1]))
          .toList();
    } catch (Exception e) { // Scala declares none
      throw told(e);
    }
  }

  /** What a task or a disk refused is reported as if it happened here. */
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

  private static JavaPairRDD<Place, Copies> place(RawSet set, Broadcast<Assignment> assignment) {
    RowCodec codec = set.codec();
    return set.values()
        .flatMapToPair(
            values -> {
              byte[] hash = codec.hash(values);
              List<Tuple2<Place, Copies>> placed = new ArrayList<>();
              for (Assignment.Copies copies : assignment.value().of(hash)) {
                placed.add(
                    new Tuple2<>(
                        new Place(copies.target(), hash), new Copies(values, copies.times())));
              }
              return placed.iterator();
            });
  }

  private static void refuseChanged(Path file, long written, long expected) throws IOException {
    if (written != expected) {
      throw new WrongInput(
          "%s would hold %d rows instead of %d: the source changed while it was read; run again"
              .formatted(file, written, expected));
    }
  }

  /**
   * Equal rows arrive once for each time they stand in the source; one of them is taken, as often
   * as this file is to have it.
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
