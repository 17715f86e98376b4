package org.tributary.federation;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;

/**
 * The result in a run's folder. {@code result.json} says after which round it is. A run that is
 * resumed for more rounds, or with another {@code result}, ends with another model or adapter in
 * the same folder.
 */
final class RunResult {
  private static final Logger LOG = LoggerFactory.getLogger(RunResult.class);

  private final Store store;
  private final RunFolder folder;
  private final Blueprint blueprint;

  /**
   * What {@code result.json} holds.
   *
   * @param rounds the result is the model after this round, counted from 1
   */
  private record Facts(int rounds) {}

  RunResult(Store store, RunFolder folder, Blueprint blueprint) {
    this.store = store;
    this.folder = folder;
    this.blueprint = blueprint;
  }

  /** Removes a result after which further rounds will be trained. */
  void drop() throws IOException {
    for (Path result : List.of(folder.model(), folder.adapter())) {
      if (store.exists(result)) {
        LOG.info("{} was the result of other rounds and is removed", result);
        store.delete(result);
      }
    }
    store.delete(folder.result());
  }

  /**
   * Writes the result.
   *
   * @param rounds it is the model after this round, counted from 1
   * @param states every client's own state
   * @return the folders written
   */
  List<Path> write(int rounds, Map<String, Path> states) throws IOException {
    int before =
        store.exists(folder.result())
            ? JsonFiles.read(store, folder.result(), Facts.class).rounds()
            : blueprint.config().rounds(); // earlier versions took the last round
    if (before != rounds) {
      drop();
    }
    List<Path> results = new ResultWriter(store, folder, blueprint, rounds).write(states);
    JsonFiles.commit(store, folder.result(), new Facts(rounds));
    return results;
  }
}
