package org.tributary.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration of {@code partition}: how a raw data set is split among clients.
 *
 * @param source the raw set
 * @param out folder of the partitioned sets
 * @param name name of the partitioned set, a folder in out
 * @param seed everything random is derived from it
 * @param shared whether {@code file:} paths are one file system for all nodes
 * @param label column with the class; null if the set has none
 * @param clients number of clients; null for the partitioner {@code natural}
 * @param partitioner how rows are given to clients
 * @param validation share of each client's rows for validation, if the source has no validation
 *     rows
 * @param test share of all rows for the global test, if the source has no test rows
 * @param duplicates the treatment of train rows that also occur in validation or test: {@code
 *     report}, {@code drop-train}, or {@code drop-test}, which drops validation rows too
 * @param duplicateColumns columns whose equality makes rows duplicates; empty for all columns, for
 *     images the pixels
 * @param store retries on failing file systems
 */
public record PartitionConfig(
    @Key(value = "the raw set", required = true) Source source,
    @Key(
            value = "folder of the partitioned sets",
            byDefault = "data-partitions",
            example = "/data/partitions")
        String out,
    @Key(
            value = "name of the partitioned set, a folder under out",
            required = true,
            pattern = "[a-z0-9][a-z0-9._-]*",
            example = "tickets")
        String name,
    @Key(value = "seed of everything random", byDefault = "0", example = "7") long seed,
    @Key(
            value = "whether file: paths are the same file system on every node",
            byDefault = "false",
            operational = true)
        boolean shared,
    @Key(value = "column with the class", example = "label") String label,
    @Key(value = "number of clients", min = 1, example = "4") Integer clients,
    @Key(value = "how rows are split among clients", required = true) Partitioner partitioner,
    @Key(
            value = "share of each client's rows for validation",
            byDefault = "0.1",
            min = 0,
            below = 1,
            example = "0.05")
        double validation,
    @Key(
            value = "share of all rows for the test",
            byDefault = "0.1",
            min = 0,
            below = 1,
            example = "0.2")
        double test,
    @Key(
            value = "what to do with rows of train that are also in validation or test",
            byDefault = "report",
            oneOf = {"report", "drop-train", "drop-test"})
        String duplicates,
    @Key(
            value = "columns that make equal rows duplicates; [] for all, of images the pixels",
            byDefault = "[]",
            example = "[text]")
        List<String> duplicateColumns,
    @Key(value = "retries on failing file systems", operational = true) StoreSection store)
    implements Section {

  /** The rules between the partitioner and the keys next to it. */
  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (partitioner != null) {
      String owners = partitioner.ownerColumn();
      if (owners == null && clients == null) {
        problems.add("clients: missing; the partitioner %s needs it".formatted(partitioner.name()));
      } else if (owners != null && clients != null) {
        problems.add(
            "clients: the partitioner %s makes one client for each value of the column %s; remove clients"
                .formatted(partitioner.name(), owners));
      }
      if (label == null && partitioner.needsLabel()) {
        problems.add(
            "label: missing; the partitioner %s needs the column with the class"
                .formatted(partitioner.name()));
      }
    }
    if (source != null && label != null && !source.keeps(label)) {
      problems.add("label: source.columns leaves the column %s out; add it there".formatted(label));
    }
    return problems;
  }

  /** Shares are used if the source has no rows for a part; 0 means no such part. */
  @Override
  public List<UnreadKey> unread() {
    List<UnreadKey> unread = new ArrayList<>();
    String why = "%s has the rows, so no share of train is taken";
    if (source != null && source.validation() != null && validation > 0) {
      String key = "source.validation";
      unread.add(new UnreadKey("validation", key, why.formatted(key)));
    }
    if (source != null && source.test() != null && test > 0) {
      unread.add(new UnreadKey("test", "source.test", why.formatted("source.test")));
    }
    return unread;
  }

  /**
   * The raw set.
   *
   * @param format of the files; {@value #TABLE} for tables and queries of Spark's catalog; else a
   *     data source of Spark
   * @param train file or folder with the rows that clients get, or a table or query
   * @param validation the same with the clients' validation rows; null to take a share
   * @param test the same with the global test rows; null to take a share
   * @param columns columns to keep; empty for all
   * @param image of Parquet and of what Spark reads: the column of encoded images; null for sets of
   *     text
   * @param names of IDX: names of the classes 0, 1, ...; empty for numbers
   * @param separator of CSV: the separator of fields, a character or {@code tab}; null to detect it
   *     in the header
   * @param options options of the data source of Spark, by name
   */
  public record Source(
      @Key(
              value = "format of the files; table: tables or queries of Spark's catalog",
              required = true,
              orOther = "another data source of Spark",
              example = "jsonl")
          String format,
      @Key(
              value =
                  "the rows to cut: a file or folder, a URI or path; of table and jdbc a table or an SQL query",
              required = true,
              example = "data/tickets.jsonl")
          String train,
      @Key(value = "the same with rows for validation", example = "data/validation.jsonl")
          String validation,
      @Key(value = "the same with rows for the test", example = "data/test.jsonl") String test,
      @Key(value = "columns to keep; [] for all", byDefault = "[]", example = "[text, label]")
          List<String> columns,
      @Key(
              value = "column of encoded images, of parquet and of what Spark reads",
              example = "image")
          String image,
      @Key(
              value = "names of the classes 0, 1, ..., of idx; [] for numbers",
              byDefault = "[]",
              example = "[shirt, boot]")
          List<String> names,
      @Key(
              value =
                  "what separates fields, of csv: one character or tab; detected from the header if absent",
              example = "\";\"")
          String separator,
      @Key(
              value = "options of Spark's data source, by name",
              scalars = true,
              byDefault = "{}",
              example = "{url: 'jdbc:postgresql://db/tickets'}")
          Map<String, Object> options)
      implements Section {
    /** The formats of files that are read without Spark's data sources. */
    public static final List<String> FILES = List.of("jsonl", "csv", "parquet", "images", "idx");

    /** The format of tables and queries. */
    public static final String TABLE = "table";

    /**
     * A source without options.
     *
     * @param format of the files
     * @param train with the rows that clients get
     * @param validation with validation rows; null to take a share
     * @param test with the global test rows; null to take a share
     * @param columns columns to keep; empty for all
     * @param image column of encoded images; null for sets of text
     * @param names of IDX: names of the classes; empty for numbers
     * @param separator of CSV; null to detect it
     */
    public Source(
        String format,
        String train,
        String validation,
        String test,
        List<String> columns,
        String image,
        List<String> names,
        String separator) {
      this(format, train, validation, test, columns, image, names, separator, Map.of());
    }

    /** The rules about which keys belong to which formats. */
    @Override
    public List<String> problems() {
      List<String> problems = new ArrayList<>();
      if (image != null && isOfFiles() && !format.equals("parquet")) {
        problems.add(
            "image: is for parquet and for what Spark reads, not for %s; remove it"
                .formatted(format));
      }
      if (!options.isEmpty() && (isOfFiles() || format.equals(TABLE))) {
        problems.add(
            "options: are for data sources of Spark, such as orc and jdbc, not for %s; remove them"
                .formatted(format));
      }
      options.forEach(
          (name, value) -> {
            if (value instanceof List) {
              problems.add("options.%s: is a list; write it as text".formatted(name));
            }
          });
      if (!names.isEmpty() && !format.equals("idx")) {
        problems.add("names: is for the format idx; remove it");
      }
      problems.addAll(CsvSeparator.problems(format, separator));
      return problems;
    }

    /**
     * Whether the rows are in files that are read without Spark's data sources.
     *
     * @return false for tables and data sources of Spark
     */
    public boolean isOfFiles() {
      return FILES.contains(format);
    }

    /**
     * The column of encoded images.
     *
     * @return null for sets of text
     */
    public String imageColumn() {
      return List.of("images", "idx").contains(format) ? "image" : image;
    }

    /**
     * The paths, tables or queries of the sets.
     *
     * @return by the set's name: train, and validation and test if given
     */
    public Map<String, String> sets() {
      Map<String, String> sets = new LinkedHashMap<>();
      sets.put("train", train);
      sets.put("validation", validation);
      sets.put("test", test);
      sets.values().removeIf(given -> given == null);
      return sets;
    }

    /**
     * The separator of fields.
     *
     * @return null to detect it in the header
     */
    public Character separatorChar() {
      return CsvSeparator.of(separator);
    }

    private boolean keeps(String column) {
      return columns.isEmpty() || columns.contains(column);
    }
  }

  /**
   * How rows are given to clients.
   *
   * @param name a partitioner's name
   * @param minRows the fewest training rows of a client
   * @param settings the partitioner's own keys
   */
  public record Partitioner(
      @Key(value = "the partitioner's name", required = true) String name,
      @Key(value = "the smallest client's training rows", byDefault = "1", min = 1, example = "100")
          int minRows,
      @Key(value = "the partitioner's own keys", settingsOf = "name") Record settings) {

    /**
     * The column with the client of each row.
     *
     * @return null if the partitioner distributes rows to a given number of clients
     */
    public String ownerColumn() {
      return settings instanceof PartitionerNeeds needs ? needs.ownerColumn() : null;
    }

    private boolean needsLabel() {
      return settings instanceof PartitionerNeeds needs && needs.needsLabel();
    }
  }
}
