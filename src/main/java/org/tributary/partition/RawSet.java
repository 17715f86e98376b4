package org.tributary.partition;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.tributary.error.WrongInput;

/**
 * One raw set, read but not yet computed.
 *
 * @param files where it comes from
 * @param rows as Spark reads them: the file's columns, then whatever {@link RawReader} added
 * @param codec how a row becomes plain values
 */
record RawSet(SourceFiles files, Dataset<Row> rows, RowCodec codec) {

  /** A row's identity, what decides where it goes, and the file of a row that is corrupt. */
  record Key(byte[] hash, String label, String owner, String corruptIn) {
    /** From what travels: Kryo, which a cluster may have set, cannot carry records. */
    static Key of(Object[] parts) {
      return new Key((byte[]) parts[0], (String) parts[1], (String) parts[2], (String) parts[3]);
    }

    boolean sameRow(Key other) {
      return MessageDigest.isEqual(hash, other.hash);
    }
  }

  /** Plain values of all rows, in no promised order. */
  JavaRDD<Object[]> values() {
    RowCodec codec = this.codec;
    return rows.toJavaRDD().map(codec::values);
  }

  /**
   * The keys of all rows in canonical order, that of their hashes.
   *
   * @throws WrongInput where rows cannot be read, there are none, or one lacks label or owner
   */
  List<Key> keys() {
    RowCodec codec = this.codec;
    List<Key> keys;
    try {
      keys =
          new ArrayList<>(
              rows.toJavaRDD().map(codec::key).collect().stream().map(Key::of).toList());
    } catch (Exception e) {
      throw files.unreadable(e);
    }
    refuseCorrupt(keys);
    if (keys.isEmpty()) {
      throw files.wrong("holds no rows; give it rows or leave it out");
    }
    refuseMissing(keys);
    keys.sort(Comparator.comparing(Key::hash, Arrays::compareUnsigned));
    return keys;
  }

  private void refuseCorrupt(List<Key> keys) {
    Map<String, Integer> corrupt = new TreeMap<>();
    for (Key key : keys) {
      if (key.corruptIn() != null) {
        corrupt.merge(key.corruptIn(), 1, Integer::sum);
      }
    }
    if (!corrupt.isEmpty()) {
      List<String> problems = new ArrayList<>();
      corrupt.forEach((file, count) -> problems.add(codec.corruption(file, count)));
      throw WrongInput.all(files.key() + ": correct or remove these rows:", problems);
    }
  }

  private void refuseMissing(List<Key> keys) {
    List<String> problems = new ArrayList<>();
    long labels = keys.stream().filter(key -> key.label() == null).count();
    if (codec.label() != null && labels > 0) {
      problems.add(missing(labels, keys.size(), "label", codec.label()));
    }
    long owners = keys.stream().filter(key -> key.owner() == null).count();
    if (codec.owner() != null && owners > 0) {
      problems.add(missing(owners, keys.size(), "partitioner.column", codec.owner()));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(
          "%s: %s: fill in or remove these rows:".formatted(files.key(), files.given()), problems);
    }
  }

  private static String missing(long count, int rows, String key, String column) {
    return "%d of %d rows have no value in column %s (%s)".formatted(count, rows, column, key);
  }
}
