package org.tributary.tracking;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.json.Yaml;

/**
 * TensorBoard's event files: one for the start of the run, with its configuration and the scores
 * before training, and one for each round. TensorBoard reads all event files of a folder in the
 * order of their names. Each is written once and whole, from the tables, so that equal tables give
 * equal files.
 */
final class TensorBoard implements Tracker {
  private final Store store;
  private final Path folder;
  private Set<String> written;

  /**
   * The event files of a run.
   *
   * @param store reaches them
   * @param folder for them alone
   */
  TensorBoard(Store store, Path folder) {
    this.store = store;
    this.folder = folder;
  }

  @Override
  public String name() {
    return "trackers.tensorboard: " + folder;
  }

  @Override
  public void sync(TrackedRun run) throws IOException {
    if (written == null) {
      sweep();
      written = new HashSet<>();
      store.list(folder).forEach(file -> written.add(file.getPath().getName()));
    }
    List<TrackedRound> rounds = run.rounds();
    if (!written.contains(file(0))) {
      EventFile start = new EventFile(run.begun());
      start.text("config", "```yaml\n" + Yaml.text(run.config()) + "```\n");
      rounds.stream()
          .filter(round -> round.round() == 0)
          .forEach(r -> start.scalars(0, r.scalars()));
      commit(0, start);
    }
    for (TrackedRound round : rounds) {
      if (round.round() > 0 && !written.contains(file(round.round()))) {
        EventFile events = new EventFile(round.millis());
        events.scalars(round.round(), round.scalars());
        commit(round.round(), events);
      }
    }
  }

  private void commit(int round, EventFile events) throws IOException {
    byte[] bytes = events.toBytes();
    store.commit(new Path(folder, file(round)), out -> out.write(bytes));
    written.add(file(round));
  }

  /** TensorBoard takes every file with {@code tfevents} in its name. */
  static String file(int round) {
    return String.format(Locale.ROOT, "events.out.tfevents.round-%05d", round);
  }

  /** Removes temporary files that a killed driver left, because TensorBoard would read them too. */
  private void sweep() throws IOException {
    FileSystem files = store.fileSystem(folder);
    try {
      for (FileStatus file : files.listStatus(folder)) {
        String name = file.getPath().getName();
        if (name.startsWith(".") && name.endsWith(".tmp")) {
          store.delete(file.getPath());
        }
      }
    } catch (FileNotFoundException e) {
      return; // the first driver of the run
    }
  }
}
