package org.tributary.tables;

import java.util.ArrayList;
import java.util.List;

/** Tables as text for a terminal. */
public final class TextTable {
  private TextTable() {}

  /**
   * A table as text.
   *
   * @param cells rows, the first one is the head
   * @return lines whose columns are aligned
   */
  public static List<String> aligned(List<List<String>> cells) {
    int[] widths = new int[cells.get(0).size()];
    for (List<String> line : cells) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> line : cells) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String format = i < 2 ? "%-" + widths[i] + "s  " : "%" + widths[i] + "s  ";
        text.append(format.formatted(line.get(i)));
      }
      lines.add(text.toString().stripTrailing());
    }
    return lines;
  }
}
