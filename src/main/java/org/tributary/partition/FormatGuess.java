package org.tributary.partition;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/** Guesses {@code source.format} from the names of files. */
public final class FormatGuess {
  /** The most files whose names are looked at. */
  private static final int MOST = 10_000;

  private static final Pattern PACKED =
      Pattern.compile("\\.(gz|gzip|bz2|xz|zst|zstd|lz4|snappy|deflate)$");

  private static final Map<String, Pattern> NAMES = new LinkedHashMap<>();

  static {
    NAMES.put("idx", Pattern.compile(".*images[-.]idx3[-.]ubyte"));
    NAMES.put("parquet", Pattern.compile(".*\\.(parquet|parq|pq)"));
    NAMES.put("jsonl", Pattern.compile(".*\\.(jsonl|json|ndjson|jl)"));
    NAMES.put("csv", Pattern.compile(".*\\.(csv|tsv|tab|psv)"));
    NAMES.put("images", Pattern.compile(".*\\.(png|jpe?g|jfif|bmp|gif|webp|tiff?|zip)"));
  }

  private FormatGuess() {}

  /**
   * The format of a file or folder.
   *
   * @param store file system of the path
   * @param given as the user wrote it
   * @return a value of {@code source.format}
   * @throws WrongInput if the path does not exist, or no name tells a format
   * @throws IOException if the file system fails
   */
  public static String of(Store store, String given) throws IOException {
    Path root = store.path(given);
    if (!store.exists(root)) {
      throw new WrongInput(given + " does not exist; name the file or folder of the raw data");
    }
    Map<String, Integer> counts = new LinkedHashMap<>();
    Deque<Path> open = new ArrayDeque<>();
    if (store.status(root).isFile()) {
      count(root.getName(), counts);
    } else {
      open.add(root);
    }
    for (int seen = 0; !open.isEmpty() && seen < MOST; ) {
      for (FileStatus status : store.list(open.remove())) {
        String name = status.getPath().getName();
        if (name.startsWith(".") || name.startsWith("_")) {
          continue;
        } else if (status.isDirectory()) {
          open.add(status.getPath());
        } else {
          seen++;
          count(name, counts);
        }
      }
    }
    // Images with a metadata.csv next to them are images.
    if (counts.getOrDefault("images", 0) > 1) {
      return "images";
    }
    return NAMES.keySet().stream()
        .filter(counts::containsKey)
        .findFirst()
        .orElseThrow(
            () ->
                new WrongInput(
                    "%s: no name of a file ends as JSON lines (.jsonl), CSV (.csv, .tsv), Parquet (.parquet) or images do; rename the files, or, for what Spark reads, such as ORC and tables, write partition.yaml by hand with source.format"
                        .formatted(given)));
  }

  private static void count(String name, Map<String, Integer> counts) {
    String plain = PACKED.matcher(name.toLowerCase(Locale.ROOT)).replaceFirst("");
    NAMES.forEach(
        (format, pattern) -> {
          if (pattern.matcher(plain).matches()) {
            counts.merge(format, 1, Integer::sum);
          }
        });
  }
}
