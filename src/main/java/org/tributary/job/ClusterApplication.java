package org.tributary.job;

import java.io.IOException;
import java.util.Optional;

/** An application whose driver runs on a cluster, as the cluster reports it. */
interface ClusterApplication extends AutoCloseable {
  /** The code of an application that ended badly where its cluster does not tell the driver's. */
  int FAILED = 1;

  /**
   * Where an application stands.
   *
   * @param words its name, its state, and the cause where the cluster knows one
   * @param code the driver's exit code; empty while it runs
   * @param isStuck whether it cannot start unless somebody sets something right
   */
  record State(String words, Optional<Integer> code, boolean isStuck) {
    static State of(String words) {
      return new State(words, Optional.empty(), false);
    }

    static State stuck(String words) {
      return new State(words, Optional.empty(), true);
    }

    static State ended(String words, int code) {
      return new State(words, Optional.of(code), false);
    }
  }

  /**
   * Asks the cluster.
   *
   * @return empty if the cluster does not know the application
   * @throws org.tributary.error.Trouble if the cluster refuses to tell
   * @throws IOException if the cluster does not answer
   */
  Optional<State> state() throws IOException;

  /**
   * How a user follows the application and ends it.
   *
   * @return commands or addresses; empty until the cluster knows the application
   */
  Optional<String> hint();

  /**
   * The last lines of the driver's log.
   *
   * @return empty if the cluster gives none
   */
  default Optional<String> log() {
    return Optional.empty();
  }

  @Override
  void close();
}
