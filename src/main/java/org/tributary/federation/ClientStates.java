package org.tributary.federation;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.run.RunFolder;

/**
 * Finds each client's state: it is in the last closed round that accepted the client. An attempt
 * that was not accepted has no effect.
 */
final class ClientStates {
  private final Store store;
  private final RunFolder folder;
  private final Map<String, Path> latest = new TreeMap<>();

  ClientStates(Store store, RunFolder folder) {
    this.store = store;
    this.folder = folder;
  }

  /** Uses the states of a closed round, and deletes those that they replace. */
  void advance(AcceptedUpdates accepted) throws IOException {
    for (AcceptedUpdates.Choice choice : accepted.clients()) {
      if (choice.stateSha256() != null) {
        Path state = folder.state(accepted.round(), choice.client(), choice.attempt());
        Path before = latest.put(choice.client(), state);
        if (before != null && !before.equals(state)) {
          store.delete(before);
        }
      }
    }
  }

  /** Every client's latest state. */
  Map<String, Path> latest() {
    return latest;
  }

  /** The same as text, for tasks. */
  Map<String, String> asText() {
    Map<String, String> text = new TreeMap<>();
    latest.forEach((client, path) -> text.put(client, path.toString()));
    return text;
  }
}
