package org.tributary.run;

import java.io.IOException;
import java.util.OptionalInt;
import org.tributary.checkpoint.Store;
import org.tributary.json.Json;

/** After which round the result of a run is, as {@code result.json} says. */
public final class ResultRound {
  private ResultRound() {}

  /**
   * Reads it.
   *
   * @param store reaches the run's folder
   * @param folder of the run
   * @return counted from 1; empty if the run has no result yet, or an earlier version wrote it
   * @throws IOException if the file system fails
   */
  public static OptionalInt of(Store store, RunFolder folder) throws IOException {
    if (!store.exists(folder.result())) {
      return OptionalInt.empty();
    }
    int round = Json.tree(store.readAll(folder.result())).path("rounds").asInt(0);
    return round > 0 ? OptionalInt.of(round) : OptionalInt.empty();
  }
}
