package org.tributary.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tributary.checkpoint.Store;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.rows.Schema;
import org.tributary.rows.raw.ColumnKind;
import org.tributary.rows.raw.RawFormat;

/**
 * Reads sets of raw files with one schema. For JSON lines it has the columns of all files, sorted
 * by name. For other formats it has the columns that every file has.
 */
final class RawTables {
  private static final int NAMED = 5;

  /**
   * The number of rows of a file, and of files of a set, that are checked before there is a
   * cluster.
   */
  private static final long HEAD_ROWS = 10_000;

  private static final int HEADS = 100;

  private final RawFiles files;
  private final PartitionConfig.Source source;

  /**
   * Creates the tables of a source.
   *
   * @param files the reader of its format
   * @param source format and columns to keep
   */
  RawTables(RawFiles files, PartitionConfig.Source source) {
    this.files = files;
    this.source = source;
  }

  /** The format that reads a source's files; null if Spark or another reader does. */
  static RawFormat format(PartitionConfig.Source source) {
    return switch (source.format()) {
      case "jsonl" -> RawFormat.jsonLines();
      case "csv" -> RawFormat.csv(source.separatorChar());
      case "parquet" -> source.image() == null ? RawFormat.parquet() : null;
      default -> null;
    };
  }

  /**
   * Opens sets. Errors in any file are found here.
   *
   * @param sets one or more
   * @param identity names the columns that decide the file of a row
   * @param notes receives what was detected from the files, for the user
   * @return the tables in the order of the sets
   */
  List<RawSet> open(List<SourceFiles> sets, RowCodec.Identity identity, List<String> notes)
      throws IOException {
    List<List<RawFiles.Found>> found = new ArrayList<>();
    for (SourceFiles set : sets) {
      found.add(files.look(set));
    }
    refuseFailures(sets, found);
    Map<String, ColumnKind> whole = columns(sets, found);
    refuseBadRows(sets, found, "");
    Schema schema =
        RawColumns.kept(RawColumns.struct(whole), sets.get(0), source.columns(), identity);
    Map<String, ColumnKind> kept = new LinkedHashMap<>();
    schema.names().forEach(name -> kept.put(name, whole.get(name)));
    RowCodec codec = RowCodec.of(schema, identity, source.format());
    List<RawSet> raw = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      noteSeparators(sets.get(i), found.get(i), notes);
      raw.add(new RawSet(sets.get(i), files.rows(found.get(i), kept), codec));
    }
    return raw;
  }

  private Map<String, ColumnKind> columns(
      List<SourceFiles> sets, List<List<RawFiles.Found>> found) {
    return source.format().equals("jsonl") ? union(sets, found) : same(sets, found);
  }

  /**
   * Checks the beginnings of files without Spark. This finds all errors in a small file. In a large
   * file it finds errors in the format, the header and the first rows.
   *
   * @param store access to the files
   * @param source format and columns to keep
   * @param sets one or more
   * @param identity names the columns that decide the file of a row
   * @throws WrongInput if a file cannot be read, or a column is missing
   * @throws IOException if the file system fails
   */
  static void look(
      Store store,
      PartitionConfig.Source source,
      List<SourceFiles> sets,
      RowCodec.Identity identity)
      throws IOException {
    RawFormat format = source.format().equals("parquet") ? RawFormat.parquet() : format(source);
    List<List<RawFiles.Found>> found = new ArrayList<>();
    boolean whole = true;
    for (SourceFiles set : sets) {
      List<RawFiles.Found> heads = new ArrayList<>();
      for (int i = 0; i < Math.min(HEADS, set.files().size()); i++) {
        RawFiles.Found head = RawFiles.head(store, format, set, i, HEAD_ROWS);
        heads.add(head);
        whole &= head.pieces().size() == 1 && head.surveys().get(0).looked() < HEAD_ROWS;
      }
      whole &= set.files().size() <= HEADS;
      found.add(heads);
    }
    refuseFailures(sets, found);
    RawTables tables = new RawTables(null, source);
    // Later lines of JSON may add columns. Headers and Parquet footers have all columns.
    boolean all = whole || !source.format().equals("jsonl");
    boolean bad = found.stream().flatMap(List::stream).anyMatch(file -> file.bad() > 0);
    Map<String, ColumnKind> columns = all || bad ? tables.columns(sets, found) : Map.of();
    tables.refuseBadRows(sets, found, whole ? "" : "at least ");
    if (all && source.image() == null) {
      RawColumns.kept(RawColumns.struct(columns), sets.get(0), source.columns(), identity);
    } else if (all) {
      // Spark reads these. It accepts structs of bytes, which are not plain values.
      RawColumns.requireNames(
          List.copyOf(columns.keySet()), sets.get(0), source.columns(), identity);
    }
  }

  /** Reports a separator other than the comma that was detected from a header. */
  private void noteSeparators(SourceFiles set, List<RawFiles.Found> found, List<String> notes) {
    if (!source.format().equals("csv") || source.separator() != null) {
      return;
    }
    found.stream()
        .map(file -> file.surveys().get(0).separator())
        .distinct()
        .filter(separator -> separator != ',')
        .sorted()
        .forEach(
            separator ->
                notes.add(
                    "%s: fields are separated by %s, by its header (source.separator says otherwise)"
                        .formatted(set.key(), separator == '\t' ? "tab" : separator)));
  }

  private static void refuseFailures(List<SourceFiles> sets, List<List<RawFiles.Found>> found) {
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      for (RawFiles.Found file : found.get(i)) {
        for (String failure : file.failures()) {
          problems.add(sets.get(i).key() + ": " + failure);
        }
      }
    }
    if (problems.size() == 1) {
      throw new WrongInput(problems.get(0));
    } else if (!problems.isEmpty()) {
      throw WrongInput.some("sources:", problems);
    }
  }

  private static Map<String, ColumnKind> union(
      List<SourceFiles> sets, List<List<RawFiles.Found>> found) {
    Map<String, ColumnKind> columns = new TreeMap<>();
    for (List<RawFiles.Found> set : found) {
      for (RawFiles.Found file : set) {
        file.columns().forEach((name, kind) -> columns.merge(name, kind, ColumnKind::with));
      }
    }
    if (columns.isEmpty()) {
      throw sets.get(0)
          .wrong(
              "no line is a JSON object with a key, but JSON Lines need one object in each line%s; if the file has another format, set source.format"
                  .formatted(
                      found.stream()
                          .flatMap(List::stream)
                          .flatMap(file -> file.named().stream())
                          .findFirst()
                          .map(": "::concat)
                          .orElse("")));
    }
    return columns;
  }

  private static Map<String, ColumnKind> same(
      List<SourceFiles> sets, List<List<RawFiles.Found>> found) {
    Map<String, ColumnKind> first = null;
    RawFiles.Found firstFile = null;
    for (int i = 0; i < sets.size(); i++) {
      for (RawFiles.Found file : found.get(i)) {
        Map<String, ColumnKind> columns = file.columns();
        // Maps are equal in any order; files are not.
        if (first != null
            && !List.copyOf(first.entrySet()).equals(List.copyOf(columns.entrySet()))) {
          throw sets.get(i)
              .wrong(
                  "%s has the columns %s, %s has %s; all files are to have the same"
                      .formatted(file.file(), told(columns), firstFile.file(), told(first)));
        }
        first = columns;
        firstFile = file;
      }
    }
    return first;
  }

  private static String told(Map<String, ColumnKind> columns) {
    return columns.entrySet().stream()
        .map(column -> column.getKey() + " " + column.getValue())
        .collect(Collectors.joining(", "));
  }

  private void refuseBadRows(
      List<SourceFiles> sets, List<List<RawFiles.Found>> found, String least) {
    for (int i = 0; i < sets.size(); i++) {
      List<String> problems = new ArrayList<>();
      for (RawFiles.Found file : found.get(i)) {
        if (file.bad() > 0) {
          problems.add(
              (source.format().equals("csv")
                      ? "%s: %s%d rows do not have as many fields as the header: %s%s"
                      : "%s: %s%d lines are not JSON objects; each line must hold one: %s%s")
                  .formatted(
                      file.file(),
                      least,
                      file.bad(),
                      file.named().stream().limit(NAMED).collect(Collectors.joining("; ")),
                      file.bad() > NAMED ? "; and %d more".formatted(file.bad() - NAMED) : ""));
        }
      }
      if (!problems.isEmpty()) {
        throw WrongInput.some(sets.get(i).key() + ": correct or remove these rows:", problems);
      }
    }
  }
}
