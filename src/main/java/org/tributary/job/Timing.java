package org.tributary.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.tributary.checkpoint.Store;
import org.tributary.planning.TimedStep;
import org.tributary.run.Blueprint;
import org.tributary.run.SkippedRows;

/** Times steps; weights that are not on a local disk are copied to one for that long. */
final class Timing {
  private Timing() {}

  /**
   * Times a step of a run that was checked.
   *
   * @param store reaches model and data
   * @param blueprint of the run
   * @param skipped the rows that it leaves out
   */
  static TimedStep of(Store store, Blueprint blueprint, SkippedRows skipped) throws IOException {
    Path staging = Files.createTempDirectory("tributary-plan");
    try {
      return TimedStep.of(store, blueprint, skipped, staging);
    } finally {
      try (Stream<Path> copies = Files.list(staging)) {
        for (Path copy : copies.toList()) {
          Files.delete(copy);
        }
      }
      Files.delete(staging);
    }
  }
}
