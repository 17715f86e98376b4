package org.tributary.federation;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.File;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.k8s.KubernetesUtils;
import org.apache.spark.deploy.k8s.SparkKubernetesClientFactory;
import scala.Option;

/** What Kubernetes says of an application's executors that cannot start. */
final class ExecutorPods implements Supplier<Optional<String>> {
  private static final String ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/";

  /** Why a container waits that waiting does not help. */
  private static final Set<String> FAULTS =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "CreateContainerConfigError",
          "CreateContainerError",
          "RunContainerError",
          "CrashLoopBackOff");

  private final SparkConf conf;

  ExecutorPods(SparkConf conf) {
    this.conf = conf;
  }

  @Override
  public Optional<String> get() {
    try (KubernetesClient client = client()) {
      return fault(
          client
              .pods()
              .inNamespace(conf.get("spark.kubernetes.namespace", "default"))
              .withLabel("spark-app-selector", conf.getAppId())
              .withLabel("spark-role", "executor")
              .list()
              .getItems());
    } catch (KubernetesClientException e) {
      return Optional.empty(); // Kubernetes does not answer; the wait is bounded all the same
    }
  }

  /** The driver's own way to Kubernetes: from a pod, or from outside. */
  private KubernetesClient client() {
    boolean inPod = conf.getBoolean("spark.kubernetes.submitInDriver", false);
    String master =
        inPod
            ? conf.get("spark.kubernetes.driver.master", "https://kubernetes.default.svc")
            : KubernetesUtils.parseMasterUrl(conf.get("spark.master"));
    return SparkKubernetesClientFactory.createKubernetesClient(
        master,
        Option.apply(conf.get("spark.kubernetes.namespace", "default")),
        inPod ? "spark.kubernetes.authenticate.driver.mounted" : "spark.kubernetes.authenticate",
        SparkKubernetesClientFactory.ClientType$.MODULE$.Driver(),
        conf,
        inPod ? Option.apply(new File(ACCOUNT + "ca.crt")) : Option.empty());
  }

  /** The first executor that failed, or that waits for what will not come. */
  static Optional<String> fault(List<Pod> pods) {
    return pods.stream().map(ExecutorPods::fault).filter(Objects::nonNull).findFirst();
  }

  private static String fault(Pod pod) {
    String name = "pod " + pod.getMetadata().getName();
    for (ContainerStatus container : pod.getStatus().getContainerStatuses()) {
      ContainerState state = container.getState();
      if (state != null
          && state.getWaiting() != null
          && FAULTS.contains(state.getWaiting().getReason())) {
        return "%s: %s: %s"
            .formatted(name, state.getWaiting().getReason(), state.getWaiting().getMessage());
      }
      if (state != null && state.getTerminated() != null) {
        return "%s ended with exit code %d (%s)"
            .formatted(
                name, state.getTerminated().getExitCode(), state.getTerminated().getReason());
      }
    }
    return "Failed".equals(pod.getStatus().getPhase()) ? name + " has failed" : null;
  }
}
