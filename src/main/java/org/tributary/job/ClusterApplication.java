package org.tributary.job;

import java.io.IOException;
import java.util.Optional;

/** The cluster's view of an application whose driver runs on the cluster. */
interface ClusterApplication extends AutoCloseable {
  /** The exit code of a failed application if the cluster does not report the driver's code. */
  int FAILED = 1;

  /**
   * The state of an application.
   *
   * @param words its name, its state, and the cause if the cluster reports one
   * @param code the driver's exit code; empty while it runs
   * @param isStuck whether it cannot start until somebody fixes something
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
   * Asks the cluster for the state.
   *
   * @return empty if the cluster does not know the application
   * @throws org.tributary.error.Trouble if the cluster refuses the request
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
   * @return empty if the cluster has none
   */
  default Optional<String> log() {
    return Optional.empty();
  }

  @Override
  void close();
}
