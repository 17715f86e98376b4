package org.tributary.partition;

/** Gives every row to one client: a pure function of the rows' keys and a seed. */
public interface Partitioner {

  /**
   * Deals the rows.
   *
   * @param rows their keys in canonical order
   * @param seed equal seeds deal equally
   * @return whose each row is, every client with its least number of rows
   * @throws org.tributary.error.WrongInput where there are too few rows
   */
  RowClients deal(RowKeys rows, long seed);
}
