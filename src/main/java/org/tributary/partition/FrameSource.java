package org.tributary.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructType;
import org.tributary.rows.Manifest;
import org.tributary.rows.Schema;

/**
 * Raw sets in DataFrames. A hash over the content of all rows identifies them, so the order of the
 * rows, and how Spark divides them, make no difference.
 */
final class FrameSource implements RowSource {
  private final Opener opener;
  private final List<String> columns;
  private final String format;

  /** Opens the sets. */
  @FunctionalInterface
  interface Opener {
    /** The DataFrames, by set, train first. */
    Map<String, Frame> open() throws IOException;
  }

  /**
   * Creates the source.
   *
   * @param opener opens the DataFrames
   * @param columns columns to keep; empty for all
   * @param format of the sources, for the manifest
   */
  FrameSource(Opener opener, List<String> columns, String format) {
    this.opener = opener;
    this.columns = columns;
    this.format = format;
  }

  @Override
  public Map<String, RawSet> open(RowCodec.Identity identity, List<String> notes)
      throws IOException {
    Map<String, Frame> sets = opener.open();
    Frame train = sets.get("train");
    StructType whole = train.columns(identity.image());
    train.refuseTwice(columns.isEmpty() ? List.of(whole.fieldNames()) : columns, identity.image());
    Schema schema = RawColumns.kept(whole, train, columns, identity);
    sets.forEach((set, frame) -> requireSame(schema, train, frame, identity.image()));
    RowCodec codec = RowCodec.of(schema, identity, format);
    Map<String, RawSet> raw = new LinkedHashMap<>();
    sets.forEach(
        (set, frame) ->
            raw.put(set, new RawSet(frame, frame.read(schema, identity.image()), codec)));
    return raw;
  }

  /** Columns of other sets may be in any order. */
  private void requireSame(Schema schema, Frame train, Frame frame, String image) {
    StructType own = frame.columns(image);
    frame.refuseTwice(schema.names(), image);
    List<String> names = List.of(own.fieldNames());
    List<String> problems = new ArrayList<>();
    for (Schema.Column column : schema.columns()) {
      int at = names.indexOf(column.name());
      if (at < 0) {
        problems.add("%s is missing".formatted(column.name()));
      } else if (!own.fields()[at].dataType().equals(RawColumns.spark(column.type()))) {
        problems.add(
            "%s is %s instead of %s"
                .formatted(
                    column.name(),
                    own.fields()[at].dataType().simpleString(),
                    RawColumns.spark(column.type()).simpleString()));
      }
    }
    for (String name : columns.isEmpty() ? names : List.<String>of()) {
      if (schema.indexOf(name) < 0) {
        problems.add("%s is not among them; drop it, or name the columns to keep".formatted(name));
      }
    }
    if (!problems.isEmpty()) {
      throw frame.unlike(problems, train);
    }
  }

  @Override
  public Map<String, List<Manifest.SourceFile>> identify(ReadSets.Reader rows) throws IOException {
    Map<String, List<Manifest.SourceFile>> hashes = new LinkedHashMap<>();
    ReadSets read = rows.get();
    read.found()
        .forEach(
            (set, keys) ->
                hashes.put(
                    set,
                    List.of(
                        new Manifest.SourceFile(
                            read.raw().get(set).source().given(), keys.sha256()))));
    return hashes;
  }

  @Override
  public String format() {
    return format;
  }
}
