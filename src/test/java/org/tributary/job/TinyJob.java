package org.tributary.job;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.federation.Tiny;

/** A small model and three clients for tests that run jobs on two threads of this JVM. */
abstract class TinyJob {
  @TempDir Path dir;
  Tiny tiny;

  @BeforeEach
  final void makeModelAndClients() throws IOException {
    System.setProperty("spark.master", "local[2]");
    tiny = new Tiny(dir, 6, 9, 5);
  }

  @AfterEach
  final void clearMaster() {
    System.clearProperty("spark.master");
  }

  /** The problems that {@code train --check} finds; empty if there are none. */
  final String checkTrain(String... sets) throws IOException {
    return new Advice(dir).check("train", tiny.yaml("a", "fedavg"), sets);
  }
}
