package org.tributary.job;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.k8s.KubernetesUtils;
import org.apache.spark.deploy.k8s.SparkKubernetesClientFactory;
import org.apache.spark.util.Utils;
import scala.Option;

/** A driver's pod on Kubernetes, found by its label. */
final class KubernetesDriver implements ClusterApplication {
  /** The label that names a submission. */
  static final String LABEL = "tributary-submission";

  private static final int LOG_LINES = 20;

  private final KubernetesClient client;
  private final String namespace;
  private final String submission;
  private String name;

  /**
   * A driver's pod.
   *
   * @param client of the cluster; closed with this
   * @param namespace of the pod
   * @param submission value of the pod's label
   */
  KubernetesDriver(KubernetesClient client, String namespace, String submission) {
    this.client = client;
    this.namespace = namespace;
    this.submission = submission;
  }

  /** A driver's pod, by the settings with which it was submitted. */
  static KubernetesDriver of(SparkConf conf, String submission) {
    String namespace = conf.get("spark.kubernetes.namespace", "default");
    String master = Utils.checkAndGetK8sMasterUrl(conf.get("spark.master"));
    KubernetesClient client =
        SparkKubernetesClientFactory.createKubernetesClient(
            KubernetesUtils.parseMasterUrl(master),
            Option.apply(namespace),
            "spark.kubernetes.authenticate.submission",
            SparkKubernetesClientFactory.ClientType$.MODULE$.Submission(),
            conf,
            Option.empty());
    return new KubernetesDriver(client, namespace, submission);
  }

  @Override
  public Optional<State> state() throws IOException {
    try {
      List<Pod> pods =
          client.pods().inNamespace(namespace).withLabel(LABEL, submission).list().getItems();
      if (!pods.isEmpty()) {
        name = pods.get(0).getMetadata().getName();
        return Optional.of(state(pods.get(0)));
      }
      return Optional.ofNullable(name).map(n -> State.ended("pod " + n + " was deleted", FAILED));
    } catch (KubernetesClientException e) {
      throw new IOException(e);
    }
  }

  /** What a pod's status says; the driver's is its only container that ends. */
  static State state(Pod pod) {
    String name = "pod " + pod.getMetadata().getName();
    String phase = pod.getStatus().getPhase();
    List<ContainerStatus> containers = pod.getStatus().getContainerStatuses();
    Optional<ContainerStateTerminated> ended =
        containers.stream()
            .map(c -> c.getState() == null ? null : c.getState().getTerminated())
            .filter(Objects::nonNull)
            .findFirst();
    if ("Succeeded".equals(phase)) {
      return State.ended(name + " has succeeded", 0);
    }
    if ("Failed".equals(phase)) {
      int code = ended.map(ContainerStateTerminated::getExitCode).orElse(FAILED);
      String why =
          ended
              .map(e -> "exit code %d, %s".formatted(e.getExitCode(), e.getReason()))
              .orElse(pod.getStatus().getReason() + ", " + pod.getStatus().getMessage());
      return State.ended("%s has failed (%s)".formatted(name, why), code == 0 ? FAILED : code);
    }
    String waiting =
        containers.stream()
            .map(c -> c.getState() == null ? null : c.getState().getWaiting())
            .filter(Objects::nonNull)
            .findFirst()
            .map(KubernetesDriver::words)
            .orElse("");
    return State.of(name + " is " + phase + waiting);
  }

  private static String words(ContainerStateWaiting waiting) {
    String message = waiting.getMessage() == null ? "" : ": " + waiting.getMessage();
    return " (" + waiting.getReason() + message + ")";
  }

  @Override
  public Optional<String> hint() {
    return Optional.ofNullable(name)
        .map(
            n ->
                "its log: kubectl -n %1$s logs -f %2$s; to end it: kubectl -n %1$s delete pod %2$s"
                    .formatted(namespace, n));
  }

  @Override
  public Optional<String> log() {
    try {
      return Optional.ofNullable(
          client.pods().inNamespace(namespace).withName(name).tailingLines(LOG_LINES).getLog());
    } catch (KubernetesClientException e) {
      return Optional.empty(); // a convenience; the hint says where the log is
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
