package org.tributary.federation;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileStatus;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.run.RunFolder;

/**
 * The reasons why attempts of a round failed. A client whose training diverged would diverge again
 * with the same seed and rows; other causes, such as a damaged file or too little memory, may be
 * gone when the run is resumed.
 *
 * @param byFile the failures by the names of their files
 */
record FailedAttempts(Map<String, ClientWork.Failure> byFile) {
  /**
   * Reads the failures that are there now.
   *
   * @param round counted from 0
   */
  static FailedAttempts of(Store store, RunFolder folder, int round) throws IOException {
    Map<String, ClientWork.Failure> byFile = new TreeMap<>();
    for (FileStatus file : store.list(folder.updates(round))) {
      if (RunFolder.Attempt.of(file.getPath()).filter(RunFolder.Attempt::failed).isPresent()) {
        byFile.put(
            file.getPath().getName(),
            JsonFiles.read(store, file.getPath(), ClientWork.Failure.class));
      }
    }
    return new FailedAttempts(byFile);
  }

  /** The names of the files of failures that may not happen again. */
  Set<String> mayEndOtherwise() {
    Set<String> names = new TreeSet<>(byFile.keySet());
    names.removeIf(name -> byFile.get(name).diverged());
    return names;
  }

  /** The clients whose training diverged. */
  Set<String> diverged() {
    Set<String> clients = new TreeSet<>();
    byFile.values().stream()
        .filter(ClientWork.Failure::diverged)
        .forEach(failure -> clients.add(failure.client()));
    return clients;
  }
}
