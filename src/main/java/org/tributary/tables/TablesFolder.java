package org.tributary.tables;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;

/**
 * Where a run's tables are: in its own folder, or in the one folder of the comparison that it
 * belongs to. Names of files begin with the run's name.
 *
 * @param root has one folder for each table
 * @param run the run's name
 */
public record TablesFolder(Path root, String run) {
  private static final String END = ".parquet";

  private static final Pattern ROUND = Pattern.compile("(.+)\\.round-\\d+" + Pattern.quote(END));

  /**
   * The tables of a run.
   *
   * @param store reaches them
   * @param folder the run's folder, with its {@code config.yaml}
   * @return where they are
   * @throws IOException if the file system fails
   */
  public static TablesFolder of(Store store, RunFolder folder) throws IOException {
    return of(store, folder, RunConfig.name(store, folder));
  }

  static TablesFolder of(Store store, RunFolder folder, String run) throws IOException {
    Path around = ComparisonFolder.around(store, folder.root()).orElse(folder.root());
    return new TablesFolder(new RunFolder(around).tables(), run);
  }

  /** The folder of a table. */
  public Path table(String table) {
    return new Path(root, table);
  }

  /** A round's rows of a table; round 0 is before training. */
  public Path file(String table, int round) {
    return new Path(table(table), String.format(Locale.ROOT, "%s.round-%05d%s", run, round, END));
  }

  /** The run's only file of a table without rounds. */
  public Path file(String table) {
    return new Path(table(table), run + END);
  }

  /**
   * The run's files of a table.
   *
   * @param store reaches them
   * @param table its name
   * @return in the order of the rounds
   * @throws IOException if the file system fails
   */
  public List<Path> files(Store store, String table) throws IOException {
    List<Path> files = new ArrayList<>();
    for (FileStatus file : store.list(table(table))) {
      String name = file.getPath().getName();
      if (name.startsWith(run + ".") && name.endsWith(END)) {
        files.add(file.getPath());
      }
    }
    files.sort(null);
    return files;
  }

  /**
   * The files of all runs of a table with rounds.
   *
   * @param store reaches them
   * @param root the folder of the tables
   * @param table its name
   * @return by the run's name, in the order of the rounds
   * @throws IOException if the file system fails
   */
  public static Map<String, List<Path>> filesByRun(Store store, Path root, String table)
      throws IOException {
    Map<String, List<Path>> runs = new TreeMap<>();
    for (FileStatus file : store.list(new Path(root, table))) {
      Matcher name = ROUND.matcher(file.getPath().getName());
      if (name.matches()) {
        runs.computeIfAbsent(name.group(1), run -> new ArrayList<>()).add(file.getPath());
      }
    }
    runs.values().forEach(files -> files.sort(null));
    return runs;
  }
}
