package org.tributary.federation;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Sha256;
import org.tributary.checkpoint.Store;
import org.tributary.config.GenerateConfig;
import org.tributary.data.ParquetReading;
import org.tributary.data.ParquetRows;
import org.tributary.data.Prompt;
import org.tributary.data.Schema;
import org.tributary.data.Schema.Column;
import org.tributary.data.Schema.Type;
import org.tributary.error.WrongInput;

/**
 * The rows of a generation, cut into shards: pieces of one file each, of which each becomes a file.
 *
 * @param shards in the order of the rows
 * @param schema of the columns that are kept
 * @param hash of all files
 */
public record GenerationRows(List<Shard> shards, Schema schema, String hash) {
  /** What a generation adds to a row. */
  static final List<Column> ADDED =
      List.of(
          new Column("prompt", Type.STRING),
          new Column("generated", Type.STRING),
          new Column("tokens", Type.INT),
          new Column("stopped", Type.STRING),
          new Column("truncated", Type.BOOLEAN));

  /**
   * A piece of a file.
   *
   * @param index counted from 0 over all files
   * @param file Parquet
   * @param from first row, in the file
   * @param to behind the last row
   * @param before rows of all files before the piece
   */
  record Shard(int index, String file, long from, long to, long before) implements Serializable {
    long rows() {
      return to - from;
    }
  }

  /**
   * Reads the files' footers.
   *
   * @param store reaches them
   * @param config names them
   * @param prompt to ask with
   * @throws WrongInput naming each file that cannot be used
   */
  static GenerationRows of(Store store, GenerateConfig config, Prompt prompt) throws IOException {
    List<Shard> shards = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    StringBuilder hashes = new StringBuilder();
    Schema schema = null;
    long before = 0;
    for (Path file : files(store, config.data().paths())) {
      List<String> needed;
      try {
        needed = fitting(store, file, prompt).columns();
      } catch (WrongInput e) {
        problems.add(e.getMessage());
        continue;
      }
      try (ParquetReading rows = ParquetRows.read(store, file, columns(config, needed))) {
        if (config.data().columns().isEmpty()) {
          checkKept(file, rows, needed);
        }
        Schema kept = kept(config, rows.schema());
        if (schema != null && !kept.equals(schema)) {
          problems.add("%s has other columns than the files before it".formatted(file));
        }
        schema = kept;
        for (long from = 0; from < rows.rows(); from += config.shard()) {
          long to = Math.min(rows.rows(), from + config.shard());
          shards.add(new Shard(shards.size(), file.toString(), from, to, before + from));
        }
        before += rows.rows();
        hashes.append(store.sha256(file)).append('\n');
      } catch (WrongInput e) {
        problems.add(e.getMessage());
      }
    }
    if (problems.isEmpty() && shards.isEmpty()) {
      problems.add("%s hold no rows; name others".formatted(config.data().paths()));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all("data.paths:", problems);
    }
    return new GenerationRows(List.copyOf(shards), schema, Sha256.of(hashes.toString()));
  }

  private static List<Path> files(Store store, List<String> paths) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String given : paths) {
      Path path = store.path(given);
      if (!store.exists(path)) {
        throw new WrongInput("data.paths: %s does not exist; check the path".formatted(path));
      }
      if (!store.fileSystem(path).getFileStatus(path).isDirectory()) {
        files.add(path);
        continue;
      }
      int found = files.size();
      for (FileStatus status : store.list(path)) {
        if (status.getPath().getName().endsWith(".parquet")) {
          files.add(status.getPath());
        }
      }
      if (files.size() == found) {
        throw new WrongInput(
            "data.paths: %s holds no Parquet files (*.parquet); name another folder"
                .formatted(path));
      }
    }
    return files;
  }

  /** The prompt for the columns of a file. */
  static Prompt fitting(Store store, Path file, Prompt prompt) throws IOException {
    try (ParquetReading rows = ParquetRows.read(store, file)) {
      return prompt.fitting(rows.schema().names());
    }
  }

  /** Columns to read: those that are kept, and those that the prompt needs; empty for all. */
  static List<String> columns(GenerateConfig config, List<String> needed) {
    if (config.data().columns().isEmpty()) {
      return List.of();
    }
    Set<String> columns = new LinkedHashSet<>(config.data().columns());
    columns.addAll(needed);
    return List.copyOf(columns);
  }

  /** The columns that are kept, of those that were read. */
  static Schema kept(GenerateConfig config, Schema read) {
    List<String> names = config.data().columns();
    List<Column> columns =
        read.columns().stream().filter(c -> names.isEmpty() || names.contains(c.name())).toList();
    for (Column column : columns) {
      if (ADDED.stream().anyMatch(added -> added.name().equals(column.name()))) {
        throw new WrongInput(
            "the column %s would be there twice, as generate writes one; rename it, or leave it out with"
                    .formatted(column.name())
                + " data.columns");
      }
    }
    return new Schema(columns);
  }

  private static void checkKept(Path file, ParquetReading rows, List<String> needed) {
    if (!rows.skipped().isEmpty()) {
      throw new WrongInput(
          "%s: the columns %s hold no plain values and cannot be kept; name those to keep: data.columns: [%s]"
              .formatted(
                  file,
                  String.join(", ", rows.skipped()),
                  String.join(", ", rows.schema().names())));
    }
    for (String column : needed) {
      if (rows.schema().indexOf(column) < 0) {
        throw new WrongInput(
            "%s: no column %s, which data.prompt asks for; the file has %s"
                .formatted(file, column, String.join(", ", rows.schema().names())));
      }
    }
  }

  /** The columns of the answers' files. */
  static Schema written(Schema kept) {
    List<Column> columns = new ArrayList<>(kept.columns());
    columns.addAll(ADDED);
    return new Schema(columns);
  }
}
