package org.tributary.generation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Sha256;
import org.tributary.checkpoint.Store;
import org.tributary.config.GenerateConfig;
import org.tributary.config.NearestNames;
import org.tributary.error.WrongInput;
import org.tributary.partition.RawFolder;
import org.tributary.rows.BadRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;
import org.tributary.rows.raw.ColumnKind;
import org.tributary.rows.raw.RawFormat;
import org.tributary.text.Prompt;

/**
 * The rows of a generation, cut into shards. Each shard is a piece of one file and becomes one file
 * of answers.
 *
 * @param shards in the order of the rows
 * @param schema of the columns that are kept
 * @param hash hash of all files
 */
public record GenerationRows(List<GenerationShard> shards, Schema schema, String hash) {
  /** The columns that a generation adds to a row. */
  public static final List<Column> ADDED =
      List.of(
          new Column("prompt", Type.STRING),
          new Column("generated", Type.STRING),
          new Column("tokens", Type.INT),
          new Column("stopped", Type.STRING),
          new Column("truncated", Type.BOOLEAN));

  /**
   * Checks all files.
   *
   * @param store access to the files
   * @param config names them
   * @param prompt to ask with
   * @throws WrongInput naming each file that cannot be used
   */
  static GenerationRows of(Store store, GenerateConfig config, Prompt prompt) throws IOException {
    RawFormat format = format(config);
    List<String> problems = new ArrayList<>();
    List<GenerationFile> files = new ArrayList<>();
    StringBuilder hashes = new StringBuilder();
    for (Map.Entry<String, Path> file : files(store, config.data()).entrySet()) {
      try {
        files.add(GenerationFile.look(store, format, file.getKey(), file.getValue()));
        hashes.append(store.sha256(file.getValue())).append('\n');
      } catch (WrongInput e) {
        problems.add(e.getMessage());
      }
    }
    Map<String, ColumnKind> whole = columns(files, config, problems);
    if (problems.isEmpty() && files.stream().mapToLong(GenerationFile::rows).sum() == 0) {
      problems.add("%s hold no rows; name others".formatted(config.data().paths()));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.some("data.paths:", problems);
    }
    List<String> needed = prompt.fitting(List.copyOf(whole.keySet())).columns();
    LinkedHashMap<String, ColumnKind> read = read(config, needed, whole);
    return new GenerationRows(
        shards(files, config.shard(), read),
        kept(config, GenerationShard.schema(read)),
        Sha256.of(hashes.toString()));
  }

  /** The columns of all files; a file of another format than JSON lines must have them all. */
  private static Map<String, ColumnKind> columns(
      List<GenerationFile> files, GenerateConfig config, List<String> problems) {
    Map<String, ColumnKind> whole = new LinkedHashMap<>();
    for (GenerationFile file : files) {
      if (!config.data().format().equals("jsonl")
          && !whole.isEmpty()
          && !List.copyOf(whole.entrySet()).equals(List.copyOf(file.columns().entrySet()))) {
        problems.add("%s has other columns than the files before it".formatted(file.path()));
      }
      file.columns().forEach((name, kind) -> whole.merge(name, kind, ColumnKind::with));
    }
    return whole;
  }

  /** Cuts every file into shards of at most so many rows. */
  private static List<GenerationShard> shards(
      List<GenerationFile> files, int size, LinkedHashMap<String, ColumnKind> read) {
    List<GenerationShard> shards = new ArrayList<>();
    long before = 0;
    for (GenerationFile file : files) {
      for (long from = 0; from < file.rows(); from += size) {
        long to = Math.min(file.rows(), from + size);
        shards.add(
            new GenerationShard(shards.size(), file.slice(from, to, read), from, before + from));
      }
      before += file.rows();
    }
    return List.copyOf(shards);
  }

  /** The format of the files. */
  static RawFormat format(GenerateConfig config) {
    return switch (config.data().format()) {
      case "jsonl" -> RawFormat.jsonLines();
      case "csv" -> RawFormat.csv(config.data().separatorChar());
      default -> RawFormat.parquet();
    };
  }

  /**
   * Makes the prompts of all rows once if the model's chat template could refuse one.
   *
   * @throws WrongInput naming the first rows that have no prompt
   */
  void checkPrompts(Store store, GenerateConfig config, Prompt prompt) throws IOException {
    if (prompt.chat() == null) {
      return;
    }
    List<String> problems = new ArrayList<>();
    long bad = 0;
    for (GenerationShard shard : shards) {
      Prompt fitting = prompt.fitting(shard.columns());
      long place = shard.first();
      for (Row row : shard.read(store, format(config))) {
        try {
          fitting.of(row::text);
        } catch (WrongInput e) {
          bad++;
          if (problems.size() < BadRows.NAMED) {
            problems.add("%s, row %d: %s".formatted(shard.file(), place, e.getMessage()));
          }
        }
        place++;
      }
    }
    if (bad > 0) {
      if (bad > problems.size()) {
        problems.add("and %d more".formatted(bad - problems.size()));
      }
      throw WrongInput.all("data.paths: %d rows cannot be asked:".formatted(bad), problems);
    }
  }

  /** All files by path, with their names relative to the given folder. */
  private static Map<String, Path> files(Store store, GenerateConfig.Data data) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    for (String given : data.paths()) {
      Path path = store.path(given);
      if (!store.exists(path)) {
        throw new WrongInput("data.paths: %s does not exist; check the path".formatted(path));
      }
      try {
        RawFolder.files(store, path, data.format())
            .forEach((name, file) -> files.put(path + "\n" + name, file));
      } catch (WrongInput e) {
        throw new WrongInput("data.paths: " + e.getMessage(), e);
      }
    }
    return files;
  }

  /** The columns to read, in order: those to keep and those that the prompt needs. */
  private static LinkedHashMap<String, ColumnKind> read(
      GenerateConfig config, List<String> needed, Map<String, ColumnKind> whole) {
    List<String> problems = new ArrayList<>();
    LinkedHashMap<String, ColumnKind> read = new LinkedHashMap<>();
    List<String> kept = config.data().columns();
    for (String name : kept.isEmpty() ? whole.keySet() : kept) {
      take(name, "", whole, read, problems);
    }
    for (String name : needed) {
      take(name, ", which data.prompt asks for", whole, read, problems);
    }
    for (String name : needed) {
      if (read.get(name) == ColumnKind.UNREADABLE) {
        problems.add(
            "column %s, which data.prompt asks for, holds no plain values; store it as text or numbers, or ask for another column"
                .formatted(name));
      }
    }
    List<String> special =
        read.keySet().stream()
            .filter(name -> read.get(name) == ColumnKind.UNREADABLE && !needed.contains(name))
            .toList();
    if (!special.isEmpty()) {
      problems.add(
          "the columns %s hold no plain values and cannot be kept; name those to keep: data.columns: [%s]"
              .formatted(
                  String.join(", ", special),
                  String.join(
                      ", ", whole.keySet().stream().filter(n -> !special.contains(n)).toList())));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all("data.paths:", problems);
    }
    return read;
  }

  private static void take(
      String name,
      String why,
      Map<String, ColumnKind> whole,
      Map<String, ColumnKind> read,
      List<String> problems) {
    if (whole.containsKey(name)) {
      read.put(name, whole.get(name));
    } else {
      problems.add(
          "no column %s%s; the files have %s%s"
              .formatted(
                  name,
                  why,
                  String.join(", ", whole.keySet()),
                  NearestNames.name(name, whole.keySet())
                      .map(n -> "; did you mean " + n + "?")
                      .orElse("")));
    }
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

  /** The columns of the answers' files. */
  static Schema written(Schema kept) {
    List<Column> columns = new ArrayList<>(kept.columns());
    columns.addAll(ADDED);
    return new Schema(columns);
  }
}
