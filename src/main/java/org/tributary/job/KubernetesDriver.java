package org.tributary.job;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.k8s.KubernetesUtils;
import org.apache.spark.deploy.k8s.SparkKubernetesClientFactory;
import org.apache.spark.util.Utils;
import org.tributary.cluster.Pods;
import org.tributary.error.Trouble;
import scala.Option;

/** A driver's pod on Kubernetes, found by its label. */
final class KubernetesDriver implements ClusterApplication {
  /** The label with the name of a submission. */
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
      return Optional.ofNullable(name)
          .map(
              n ->
                  State.ended(
                      "pod %s was deleted from outside, and its log with it; run the same command to resume"
                          .formatted(n),
                      FAILED));
    } catch (KubernetesClientException e) {
      Trouble trouble = KubernetesTrouble.of(e, String.valueOf(client.getMasterUrl()));
      // A missing permission will not appear within a minute, but a server may come back.
      throw KubernetesTrouble.isRefusal(e) ? trouble : new IOException(trouble);
    }
  }

  /** Reads the status of a pod; the driver's container is the only one that ends. */
  private State state(Pod pod) {
    State state = of(pod);
    return state.code().filter(code -> code != 0).isEmpty()
        ? state
        : State.ended(
            "%s; its log: kubectl -n %s logs %s"
                .formatted(state.words(), namespace, pod.getMetadata().getName()),
            state.code().get());
  }

  /** The same without the command for the log. */
  static State of(Pod pod) {
    String name = "pod " + pod.getMetadata().getName();
    String phase = pod.getStatus().getPhase();
    if ("Succeeded".equals(phase)) {
      return State.ended(name + " has succeeded", 0);
    }
    if ("Failed".equals(phase)) {
      int code = Pods.ended(pod).map(ContainerStateTerminated::getExitCode).orElse(FAILED);
      return State.ended(
          "%s has failed (%s)".formatted(name, Pods.end(pod)), code == 0 ? FAILED : code);
    }
    Optional<String> fault = Pods.fault(pod);
    if (fault.isPresent()) {
      return State.stuck("%s is %s (%s)".formatted(name, phase, fault.get()));
    }
    String waiting = Pods.waiting(pod).map(" (%s)"::formatted).orElse("");
    return State.of(name + " is " + phase + waiting);
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
              client.pods().inNamespace(namespace).withName(name).tailingLines(LOG_LINES).getLog())
          .filter(log -> !log.isBlank());
    } catch (KubernetesClientException e) {
      return Optional.empty(); // the log is optional; the hint says where it is
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
