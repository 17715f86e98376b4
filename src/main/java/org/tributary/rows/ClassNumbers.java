package org.tributary.rows;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The names of a classifier's classes in rows if the checkpoint has no names: transformers then
 * writes {@code LABEL_0}, {@code LABEL_1}, ... into config.json, and data have the numbers alone.
 */
public final class ClassNumbers {
  private ClassNumbers() {}

  /**
   * The numbers of classes without names of their own.
   *
   * @param names the classes, in the order of the classifier's rows
   * @return "0" to "n-1" where the names are LABEL_0 to LABEL_n-1; else empty
   */
  public static List<String> of(List<String> names) {
    boolean unnamed =
        IntStream.range(0, names.size()).allMatch(i -> names.get(i).equals("LABEL_" + i));
    return unnamed
        ? IntStream.range(0, names.size()).mapToObj(Integer::toString).toList()
        : List.of();
  }
}
