package org.tributary.partition;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Clients as they really are: a column says whose row it is. {@link ClientId} makes ids of its
 * values.
 */
record Natural(String column, int minRows) implements Partitioner {

  @Override
  public Dealt deal(RowKeys rows, long seed) {
    Map<String, Integer> index = index(rows.owners());
    int[] client =
        rows.owners().stream().mapToInt(owner -> index.get(ClientId.of(owner))).toArray();
    return new Clients(index.size(), minRows).check(new Dealt(List.copyOf(index.keySet()), client));
  }

  private static Map<String, Integer> index(List<String> owners) {
    TreeSet<String> ids = new TreeSet<>();
    owners.stream().distinct().map(ClientId::of).forEach(ids::add);
    Map<String, Integer> index = new TreeMap<>();
    ids.forEach(id -> index.put(id, index.size()));
    return index;
  }
}
