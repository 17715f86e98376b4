package org.tributary.job;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;
import org.tributary.error.Trouble;

/** Describes failures of the API server of Kubernetes in one line. */
public final class KubernetesTrouble {
  private static final int REFUSED = 400;
  private static final int FAILED = 500;
  private static final int TOO_MANY = 429;

  private KubernetesTrouble() {}

  /**
   * Looks for an API server's failure among the causes of what was thrown.
   *
   * @param thrown any exception
   * @return the failure, reported in one line; empty if Kubernetes is not the reason
   */
  public static Optional<Trouble> in(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof KubernetesClientException failure) {
        return Optional.of(of(failure, "of this application's master"));
      }
    }
    return Optional.empty();
  }

  /** Describes a failure of a server with its name. */
  static Trouble of(KubernetesClientException e, String server) {
    return new Trouble(
        isRefusal(e)
            ? "Kubernetes (%s) refuses: %s; ask for the permission, or set namespace and account in spark.kubernetes.*"
                .formatted(server, said(e))
            : "Kubernetes (%s) does not answer: %s; check the master's address, or try again when it is back"
                .formatted(server, said(e)),
        e);
  }

  /** Whether the server understood the request and refused it. */
  static boolean isRefusal(KubernetesClientException e) {
    return e.getCode() >= REFUSED && e.getCode() < FAILED && e.getCode() != TOO_MANY;
  }

  /**
   * The message of the server; otherwise that of the deepest cause, with its class if it has no
   * message.
   */
  private static String said(KubernetesClientException e) {
    if (e.getStatus() != null && e.getStatus().getMessage() != null) {
      return e.getStatus().getMessage();
    }
    Throwable deepest = e;
    while (deepest.getCause() != null && deepest.getCause() != deepest) {
      deepest = deepest.getCause();
    }
    String line = String.valueOf(deepest.getMessage()).lines().findFirst().orElse("");
    return deepest == e ? line : deepest.getClass().getSimpleName() + ": " + line;
  }
}
