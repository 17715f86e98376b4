package org.tributary.partition;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.tributary.error.WrongInput;

/**
 * One raw set, read but not yet computed.
 *
 * @param source its name, for messages
 * @param rows the rows as read: the columns, then the name of their file or set
 * @param codec converts a row to plain values
 */
record RawSet(SourceName source, JavaRDD<Row> rows, RowCodec codec) {

  /**
   * A row's key.
   *
   * @param hash its identity
   * @param content hash for equality with other rows: the identity, unless only some columns or the
   *     pixels of an image are compared
   * @param label its class; null if there is none
   * @param owner its owner; null if there is none
   * @param corruptIn location of an unusable row; null for other rows
   */
  record Key(byte[] hash, byte[] content, String label, String owner, String corruptIn) {
    /**
     * Converts from the serialized form. Kryo, which a cluster may use, cannot serialize records.
     */
    static Key of(Object[] parts) {
      byte[] content = (byte[]) (parts[1] == null ? parts[0] : parts[1]);
      return new Key(
          (byte[]) parts[0], content, (String) parts[2], (String) parts[3], (String) parts[4]);
    }

    boolean sameRow(Key other) {
      return MessageDigest.isEqual(hash, other.hash);
    }

    boolean sameContent(Key other) {
      return MessageDigest.isEqual(content, other.content);
    }
  }

  /**
   * The rows of a set.
   *
   * @param rows in canonical order: by content, then by identity
   * @param broken unusable images with the reason, in order
   * @param unusable the keys of these images
   * @param sha256 of the content of all rows with the names and types of their columns, whatever
   *     the order of the rows is; hex
   */
  record Keys(List<Key> rows, List<String> broken, List<Key> unusable, String sha256) {

    /** The owners of unusable images if a column names them. */
    Set<String> ownersOfBroken() {
      return unusable.stream()
          .map(Key::owner)
          .filter(owner -> owner != null)
          .collect(Collectors.toSet());
    }

    /** The keys of all rows as they were read. */
    List<Key> all() {
      return Stream.concat(rows.stream(), unusable.stream()).toList();
    }
  }

  /**
   * A zip from a Mac has a hidden image for each visible one. These must not crowd out other names.
   */
  private static final Comparator<String> HIDDEN_LAST =
      Comparator.comparing((String told) -> told.endsWith(SourceFiles.HIDDEN))
          .thenComparing(Comparator.naturalOrder());

  /** The readable names of some rows, by the hex of their identity. */
  Map<String, String> names(List<String> hashes) {
    if (hashes.isEmpty()) {
      return Map.of();
    }
    RowCodec codec = this.codec;
    Set<String> wanted = new HashSet<>(hashes);
    Map<String, String> names = new TreeMap<>();
    for (String[] name :
        rows.map(
                row ->
                    new String[] {
                      HexFormat.of().formatHex(codec.hash(codec.values(row))), codec.shown(row)
                    })
            .filter(name -> wanted.contains(name[0]))
            .collect()) {
      names.put(name[0], name[1]);
    }
    return names;
  }

  /** The plain values of all rows, in any order. */
  JavaRDD<Object[]> values() {
    RowCodec codec = this.codec;
    return rows.map(codec::values);
  }

  /**
   * The keys of all rows.
   *
   * @throws WrongInput if rows cannot be read, there are none, or one lacks its label or owner
   */
  Keys keys() {
    RowCodec codec = this.codec;
    List<Key> keys;
    try {
      keys = new ArrayList<>(rows.map(codec::key).collect().stream().map(Key::of).toList());
    } catch (Exception e) {
      throw source.unreadable(e);
    }
    String sha256 = sha256(keys);
    List<String> broken = List.of();
    List<Key> unusable = keys.stream().filter(key -> key.corruptIn() != null).toList();
    if (codec.identity().image() != null) {
      broken =
          Stream.concat(
                  keys.stream().map(Key::corruptIn).filter(b -> b != null),
                  source.outside().stream())
              .sorted(HIDDEN_LAST)
              .toList();
      keys.removeIf(key -> key.corruptIn() != null);
    }
    if (keys.isEmpty()) {
      throw source.wrong(
          broken.isEmpty()
              ? "holds no rows; give it rows or leave it out"
              : "none of its %d files is an image that can be read (%s); give it images"
                  .formatted(broken.size(), broken.get(0)));
    }
    refuseMissing(keys);
    keys.sort(
        Comparator.comparing(Key::content, Arrays::compareUnsigned)
            .thenComparing(Key::hash, Arrays::compareUnsigned));
    return new Keys(keys, broken, unusable, sha256);
  }

  private String sha256(List<Key> keys) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(codec.schema().toString().getBytes(StandardCharsets.UTF_8));
      keys.stream().map(Key::hash).sorted(Arrays::compareUnsigned).forEach(digest::update);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private void refuseMissing(List<Key> keys) {
    List<String> problems = new ArrayList<>();
    long labels = keys.stream().filter(key -> key.label() == null).count();
    if (codec.identity().label() != null && labels > 0) {
      problems.add(missing(labels, keys.size(), "label", codec.identity().label()));
    }
    long owners = keys.stream().filter(key -> key.owner() == null).count();
    if (codec.identity().owner() != null && owners > 0) {
      problems.add(missing(owners, keys.size(), "partitioner.column", codec.identity().owner()));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(
          "%s: %s: fill in or remove these rows:".formatted(source.key(), source.given()),
          problems);
    }
  }

  private static String missing(long count, int rows, String key, String column) {
    return "%d of %d rows have no value in column %s (%s)".formatted(count, rows, column, key);
  }
}
