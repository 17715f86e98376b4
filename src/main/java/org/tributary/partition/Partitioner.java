package org.tributary.partition;

/** Assigns every row to one client. This is a pure function of the rows' keys and a seed. */
public interface Partitioner {

  /**
   * Assigns the rows.
   *
   * @param rows their keys in canonical order
   * @param seed equal seeds give equal results
   * @return the client of each row; every client has at least its least number of rows
   * @throws org.tributary.error.WrongInput if there are too few rows
   */
  RowClients deal(RowKeys rows, long seed);
}
