package org.tributary.rows;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The labels of rows for a classifier whose checkpoint has no class names. In this case
 * transformers writes {@code LABEL_0}, {@code LABEL_1}, ... into config.json, and the data have
 * only the numbers.
 */
public final class ClassNumbers {
  private ClassNumbers() {}

  /**
   * The numbers of classes that have no names.
   *
   * @param names the classes, in the order of the classifier's rows
   * @return "0" to "n-1" if the names are LABEL_0 to LABEL_n-1; else empty
   */
  public static List<String> of(List<String> names) {
    boolean unnamed =
        IntStream.range(0, names.size()).allMatch(i -> names.get(i).equals("LABEL_" + i));
    return unnamed
        ? IntStream.range(0, names.size()).mapToObj(Integer::toString).toList()
        : List.of();
  }
}
