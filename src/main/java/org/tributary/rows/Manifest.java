package org.tributary.rows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;

/**
 * The contents of a partitioned set: {@code manifest.json} in its folder. It is written last, so
 * its presence means that every file is complete.
 *
 * @param version version of this layout, {@value #VERSION}
 * @param inputs the inputs of the set; equal inputs give equal files
 * @param sources the rows of the raw sets: train, and validation and test if given
 * @param columns names and types, in file order
 * @param labels the classes, sorted; empty if the set has no label
 * @param clients the files of each client, by id
 * @param test the global test rows; null if there are none
 * @param duplicates rows of a given validation or test set that also occur in train, by set
 * @param skipped images that were left out (broken, hidden, without a label), by set; empty if
 *     there are none
 * @param leftOut owners in the source that are not clients, with the reason; empty if there are
 *     none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Manifest(
    int version,
    Inputs inputs,
    Map<String, Long> sources,
    List<Schema.Column> columns,
    List<String> labels,
    SortedMap<String, Client> clients,
    Part test,
    Map<String, Duplicates> duplicates,
    Map<String, Skipped> skipped,
    SortedMap<String, String> leftOut) {
  /** The most rows that are named, of duplicates and of skipped images. */
  public static final int NAMED = 100;

  /** The version of the layout that this release writes and reads. */
  public static final int VERSION = 1;

  /** The manifest's name in the folder of a partitioned set. */
  public static final String FILE = "manifest.json";

  /** Copies and sorts. */
  public Manifest {
    columns = columns == null ? List.of() : List.copyOf(columns);
    labels = labels == null ? List.of() : List.copyOf(labels);
    clients =
        Collections.unmodifiableSortedMap(
            clients == null ? new TreeMap<>() : new TreeMap<>(clients));
    sources = sources == null ? Map.of() : sources;
    duplicates = duplicates == null ? Map.of() : duplicates;
    skipped = skipped == null ? Map.of() : skipped;
    leftOut = leftOut == null ? new TreeMap<>() : leftOut;
  }

  /**
   * The inputs that determine every byte of the files.
   *
   * @param name of the partitioned set
   * @param seed seed of all random decisions
   * @param format of the sources
   * @param train files of the raw training set
   * @param validation files of the raw validation set; empty if a share of train is used
   * @param test files of the raw test set; empty if a share of train is used
   * @param columns the configured columns; empty for all
   * @param label column of the class; null if there is none
   * @param partitioner its name and parameters
   * @param shares of rows taken out of train
   * @param image column of the encoded image; null for text
   * @param sameness how duplicates were treated; null if they were only reported, by all columns or
   *     pixels
   * @param separator the separator of CSV if it was given, else null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Inputs(
      String name,
      long seed,
      String format,
      List<SourceFile> train,
      List<SourceFile> validation,
      List<SourceFile> test,
      List<String> columns,
      String label,
      Partitioner partitioner,
      Shares shares,
      String image,
      DuplicateRule sameness,
      String separator) {}

  /**
   * The treatment of duplicates.
   *
   * @param duplicates {@code report}, {@code drop-train} or {@code drop-test}
   * @param columns that decide whether rows are duplicates; empty for all columns, or for the
   *     pixels of images
   */
  public record DuplicateRule(String duplicates, List<String> columns) {}

  /**
   * Rows of a held-out set that also occur in train.
   *
   * @param rows how many
   * @param labels number of these rows by label; empty without a label
   * @param inTrain number of rows of train that are equal to one of them
   * @param dropped number of rows left out as duplicates, of train or of the held-out set
   * @param named names of the first of them, at most {@value #NAMED}
   */
  public record Duplicates(
      long rows,
      SortedMap<String, Long> labels,
      @JsonProperty("twins") long inTrain,
      long dropped,
      List<String> named) {
    /** Creates it from all values. */
    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    public Duplicates {}

    /**
     * Reads the value from a manifest of the first release, which has only the count.
     *
     * @param rows how many
     * @return the count
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Duplicates counted(long rows) {
      return new Duplicates(rows, new TreeMap<>(), 0, 0, List.of());
    }
  }

  /**
   * The broken images of a set.
   *
   * @param rows how many
   * @param named the first of them with the reason, at most {@value #NAMED}
   */
  public record Skipped(long rows, List<String> named) {}

  /**
   * A file of a raw set.
   *
   * @param path its name when it was read
   * @param sha256 of its bytes, hex
   */
  public record SourceFile(String path, String sha256) {}

  /**
   * How rows were given to clients.
   *
   * @param name the partitioner's
   * @param parameters its settings, by configuration key
   */
  public record Partitioner(String name, SortedMap<String, Object> parameters) {}

  /**
   * Rows taken out of train.
   *
   * @param validation share of each client's rows, 0 if the set is given
   * @param test share of all rows, 0 if the set is given
   */
  public record Shares(double validation, double test) {}

  /**
   * The files of a client.
   *
   * @param train never empty
   * @param validation null if it has none
   * @param owner its name in the source if that differs from the id; else null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Client(Part train, Part validation, String owner) {}

  /**
   * One file of rows.
   *
   * @param file relative to the manifest's folder
   * @param rows how many
   * @param labels number of rows by label, for labels that occur
   * @param sha256 of its bytes, hex
   * @param bytes its size; null in manifests of earlier releases
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Part(
      String file, long rows, SortedMap<String, Long> labels, String sha256, Long bytes) {
    /** A manifest that was written by hand may omit the labels. */
    public Part {
      labels = labels == null ? new TreeMap<>() : labels;
    }

    /**
     * The folder of the file.
     *
     * @return relative to the manifest's folder
     */
    @JsonIgnore
    public String folder() {
      return file.substring(0, file.lastIndexOf('/'));
    }
  }

  /**
   * Reads the manifest of a partitioned set.
   *
   * @param store file system of the file
   * @param folder of the set
   * @return the manifest
   * @throws IOException if the file system fails
   * @throws WrongInput if there is none, or it has another layout
   */
  public static Manifest read(Store store, Path folder) throws IOException {
    Path file = new Path(folder, FILE);
    if (!store.exists(file)) {
      throw new WrongInput(
          store.exists(folder)
              ? folder
                  + " has no "
                  + FILE
                  + ": partition stopped before its end, run it again; or name the folder that it"
                  + " printed, which ends in the set's name"
              : folder + " does not exist; create it with partition, or correct the path");
    }
    try {
      JsonNode root = Json.tree(store.readAll(file));
      if (root.path("version").asInt(-1) != VERSION) {
        throw new WrongInput(
            "%s has %s, this release reads %d; partition again under another name"
                .formatted(
                    file,
                    root.has("version") ? "version " + root.get("version") : "no version",
                    VERSION));
      }
      Manifest manifest = Json.record(root, Manifest.class);
      ManifestCheck.check(manifest, file);
      return manifest;
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          "%s is not a readable manifest (%s); remove the folder and partition again"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }

  /**
   * The readable name of a client.
   *
   * @param id of the client
   * @return its owner's name if that differs from the id, without control characters; else empty
   */
  public String called(String id) {
    Client client = clients.get(id);
    return client == null || client.owner() == null
        ? ""
        : client.owner().replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * All files of rows.
   *
   * @return those of the clients, in their order, then the test file
   */
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    clients.values().forEach(c -> parts.addAll(Arrays.asList(c.train(), c.validation())));
    parts.add(test);
    parts.removeIf(part -> part == null);
    return parts;
  }

  /**
   * Commits the manifest. All files that it names must exist.
   *
   * @param store file system to write to
   * @param folder of the set
   * @throws IOException if the file system fails
   */
  public void write(Store store, Path folder) throws IOException {
    byte[] bytes = Json.elements(this).getBytes(StandardCharsets.UTF_8);
    store.commit(new Path(folder, FILE), out -> out.write(bytes));
  }
}
