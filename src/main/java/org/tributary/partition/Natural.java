package org.tributary.partition;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tributary.config.Key;
import org.tributary.config.PartitionerNeeds;

/**
 * Makes one client per owner. A column names the owner of each row. {@link ClientId} makes ids from
 * its values.
 */
record Natural(String column, int minRows) implements Partitioner {

  @Override
  public RowClients deal(RowKeys rows, long seed) {
    Map<String, Integer> index = index(rows.owners());
    int[] client =
        rows.owners().stream().mapToInt(owner -> index.get(ClientId.of(owner))).toArray();
    return new Clients(index.size(), minRows)
        .check(new RowClients(List.copyOf(index.keySet()), client));
  }

  private static Map<String, Integer> index(List<String> owners) {
    TreeSet<String> ids = new TreeSet<>();
    owners.stream().distinct().map(ClientId::of).forEach(ids::add);
    Map<String, Integer> index = new TreeMap<>();
    ids.forEach(id -> index.put(id, index.size()));
    return index;
  }

  /**
   * The settings.
   *
   * @param column the column whose values are the owners
   */
  public record Settings(
      @Key(value = "column with the owner of each row", required = true, example = "office")
          String column)
      implements PartitionerNeeds {
    @Override
    public String ownerColumn() {
      return column;
    }
  }

  /** Provides it by name. */
  public static final class Provider extends PartitionerProvider<Settings> {
    /** For {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          "natural",
          "clients as they are: a column says whose row it is",
          "Caldas et al. 2018, arXiv 1812.01097",
          Settings.class);
    }

    @Override
    public Partitioner of(Settings settings, Clients clients) {
      return new Natural(settings.column(), clients.minRows());
    }
  }
}
