package org.tributary.partition;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tributary.rows.Manifest;

/**
 * The files of a plan that have rows, numbered without gaps: a file without rows is not written.
 */
final class FilledFiles {
  private final List<FilePlan.Target> files;
  private final long[] rows;
  private final int[] numbers;

  /**
   * Leaves out the files without rows.
   *
   * @param plan all files
   * @param rows of each file of the plan
   */
  FilledFiles(FilePlan plan, long[] rows) {
    int[] filled = IntStream.range(0, rows.length).filter(t -> rows[t] > 0).toArray();
    files = IntStream.of(filled).mapToObj(t -> plan.targets().get(t)).toList();
    this.rows = IntStream.of(filled).mapToLong(t -> rows[t]).toArray();
    numbers = new int[rows.length];
    Arrays.fill(numbers, FilePlan.NOWHERE);
    IntStream.range(0, filled.length).forEach(i -> numbers[filled[i]] = i);
  }

  /** The numbers of files here, for numbers of files in the plan. */
  int[] numbered(int[] planned) {
    return IntStream.of(planned).map(t -> t == FilePlan.NOWHERE ? t : numbers[t]).toArray();
  }

  /** The names of the files, relative to the folder of the set. */
  List<String> names() {
    return files.stream().map(FilePlan.Target::file).toList();
  }

  /** The number of rows of each file. */
  long[] rows() {
    return rows;
  }

  /**
   * The files in the manifest.
   *
   * @param written hash and size of each file
   * @return by target, in the same order
   */
  Map<FilePlan.Target, Manifest.Part> parts(List<PartWriter.Written> written) {
    Map<FilePlan.Target, Manifest.Part> parts = new LinkedHashMap<>();
    for (int i = 0; i < rows.length; i++) {
      FilePlan.Target file = files.get(i);
      PartWriter.Written bytes = written.get(i);
      parts.put(
          file,
          new Manifest.Part(file.file(), rows[i], file.labels(), bytes.sha256(), bytes.bytes()));
    }
    return parts;
  }
}
