package org.tributary.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.rows.Manifest;

/** Raw sets in files. The hashes of the files identify the rows. */
final class FileSource implements RowSource {
  private final SparkSession spark;
  private final Store store;
  private final Configuration hadoop;
  private final PartitionConfig.Source source;
  private final Map<String, SourceFiles> sets;

  /**
   * Creates the source.
   *
   * @param spark the session
   * @param store file system of the files
   * @param hadoop Hadoop's settings for access to the files
   * @param source format and columns
   * @param sets the files, by set
   */
  FileSource(
      SparkSession spark,
      Store store,
      Configuration hadoop,
      PartitionConfig.Source source,
      Map<String, SourceFiles> sets) {
    this.spark = spark;
    this.store = store;
    this.hadoop = hadoop;
    this.source = source;
    this.sets = sets;
  }

  /**
   * Looks for the files of all sets.
   *
   * @param store file system of the files
   * @param config names them
   * @param notes receives what was detected from names, for the user
   * @return the files, by set
   * @throws WrongInput if a set has none, or its files do not belong together
   */
  static Map<String, SourceFiles> find(Store store, PartitionConfig config, List<String> notes)
      throws IOException {
    PartitionConfig.Source source = config.source();
    Map<String, String> given = source.sets();
    List<String> problems = new ArrayList<>();
    Map<String, SourceFiles> sets = new LinkedHashMap<>();
    if (List.of("images", "idx").contains(source.format())) {
      sets.putAll(ImageFinder.find(store, source.format(), given, config.label(), problems));
      given.clear();
    }
    sets.putAll(SourceSets.find(store, source.format(), given, problems, notes));
    sets.values().forEach(files -> refuseHidden(source, files, problems));
    if (problems.size() == 1) {
      throw new WrongInput(problems.get(0));
    } else if (!problems.isEmpty()) {
      throw WrongInput.all("sources:", problems);
    }
    return sets;
  }

  /** Spark reads images in Parquet, and silently skips hidden files. */
  private static void refuseHidden(
      PartitionConfig.Source source, SourceFiles files, List<String> problems) {
    for (Path file : source.image() == null ? List.<Path>of() : files.files()) {
      if (file.getName().startsWith(".") || file.getName().startsWith("_")) {
        problems.add(
            "%s: with source.image Spark reads the rows, and skips a file with the name %s; give it a name that begins with another character"
                .formatted(files.key(), file));
      }
    }
  }

  @Override
  public Map<String, RawSet> open(RowCodec.Identity identity, List<String> notes)
      throws IOException {
    RawReader reader = new RawReader(spark, store, source);
    List<RawSet> read = reader.read(List.copyOf(sets.values()), identity, notes);
    Map<String, RawSet> raw = new LinkedHashMap<>();
    int i = 0;
    for (String set : sets.keySet()) {
      raw.put(set, read.get(i++));
    }
    return raw;
  }

  @Override
  public Map<String, List<Manifest.SourceFile>> identify(ReadSets.Reader rows) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Map<String, List<Manifest.SourceFile>> hashed = new LinkedHashMap<>();
    sets.forEach((set, files) -> hashed.put(set, files.hash(context, hadoop)));
    return hashed;
  }

  @Override
  public String format() {
    return source.format();
  }
}
