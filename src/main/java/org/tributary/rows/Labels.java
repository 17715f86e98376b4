package org.tributary.rows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tributary.config.NearestNames;
import org.tributary.error.WrongInput;

/** The declared classes and the column with the class of a row; see {@link ClassNumbers}. */
public final class Labels {
  private final String column;
  private final Map<String, Integer> index = new HashMap<>();

  /**
   * The classes of a set.
   *
   * @param column the column with a row's class
   * @param labels in the order of the classifier's rows
   */
  public Labels(String column, List<String> labels) {
    this.column = column;
    for (String label : labels) {
      index.put(label, index.size());
    }
    for (String number : ClassNumbers.of(labels)) {
      index.put(number, Integer.parseInt(number));
    }
  }

  /**
   * The index of a row's class.
   *
   * @throws WrongInput if the class is missing or not declared
   */
  public int index(Row row, String where) {
    String label = given(row, column, where);
    Integer known = index.get(label);
    if (known == null) {
      throw new WrongInput(
          "%s: label \"%s\" in column %s is not among the declared labels %s%s"
              .formatted(
                  where,
                  label,
                  column,
                  index.keySet().stream().sorted().toList(),
                  NearestNames.name(label, index.keySet())
                      .map(n -> "; did you mean \"" + n + "\"?")
                      .orElse("; correct it, or add it to labels in manifest.json")));
    }
    return known;
  }

  /** The text of a column. It must not be blank. */
  public static String given(Row row, String column, String where) {
    String value = row.text(column);
    if (value == null || value.isBlank()) {
      throw new WrongInput(
          "%s: column %s is empty; fill it in or leave the row out".formatted(where, column));
    }
    return value;
  }
}
