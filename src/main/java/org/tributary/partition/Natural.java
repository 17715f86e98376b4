package org.tributary.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.error.WrongInput;

/**
 * Clients as they really are: a column says whose row it is. Ids are the column's values with every
 * character outside {@code A-Z a-z 0-9 . _ -} replaced by {@code _}.
 */
record Natural(String column, int minRows) implements Partitioner {

  @Override
  public Dealt deal(RowKeys rows, long seed) {
    Map<String, Integer> index = index(rows.owners());
    int[] client = rows.owners().stream().mapToInt(owner -> index.get(id(owner))).toArray();
    return new Clients(index.size(), minRows).check(new Dealt(List.copyOf(index.keySet()), client));
  }

  private Map<String, Integer> index(List<String> owners) {
    Map<String, String> ownerOf = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    for (String owner : owners) {
      String before = ownerOf.putIfAbsent(id(owner), owner);
      if (before != null && !before.equals(owner)) {
        String problem =
            "\"%s\" and \"%s\" would both be client %s".formatted(before, owner, id(owner));
        if (!problems.contains(problem)) {
          problems.add(problem);
        }
      }
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(
          "column " + column + " names clients that cannot be told apart; rename them there:",
          problems);
    }
    Map<String, Integer> index = new TreeMap<>();
    ownerOf.keySet().forEach(id -> index.put(id, index.size()));
    return index;
  }

  /** The id of a client, fit for the name of a folder. */
  static String id(String owner) {
    return owner.replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
