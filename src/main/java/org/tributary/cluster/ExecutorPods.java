package org.tributary.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.k8s.KubernetesUtils;
import org.apache.spark.deploy.k8s.SparkKubernetesClientFactory;
import scala.Option;

/**
 * The reports of Kubernetes about an application's executors that do not work. Spark deletes an
 * ended pod within a second and starts another one, so a listener records how pods end.
 */
final class ExecutorPods implements FirstExecutor.Executors {
  private static final String ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/";

  /** This number of pods that ended without a working executor is not a coincidence. */
  private static final int ENOUGH = 3;

  private final KubernetesClient client;
  private final String namespace;
  private final String application;
  private final Map<String, String> ends = new ConcurrentHashMap<>();
  private Watch watch;

  /**
   * The pods of an application.
   *
   * @param client of the cluster; closed with this
   * @param namespace of the pods
   * @param application its id
   */
  ExecutorPods(KubernetesClient client, String namespace, String application) {
    this.client = client;
    this.namespace = namespace;
    this.application = application;
    try {
      watch = pods().watch(new Ends());
    } catch (KubernetesClientException e) {
      watch = null; // Kubernetes does not answer; the wait is limited anyway
    }
  }

  /** The driver's client of Kubernetes, from a pod or from outside. */
  static ExecutorPods of(SparkConf conf) {
    boolean inPod = conf.getBoolean("spark.kubernetes.submitInDriver", false);
    String namespace = conf.get("spark.kubernetes.namespace", "default");
    String master =
        inPod
            ? conf.get("spark.kubernetes.driver.master", "https://kubernetes.default.svc")
            : KubernetesUtils.parseMasterUrl(conf.get("spark.master"));
    KubernetesClient client =
        SparkKubernetesClientFactory.createKubernetesClient(
            master,
            Option.apply(namespace),
            inPod
                ? "spark.kubernetes.authenticate.driver.mounted"
                : "spark.kubernetes.authenticate",
            SparkKubernetesClientFactory.ClientType$.MODULE$.Driver(),
            conf,
            inPod ? Option.apply(new File(ACCOUNT + "ca.crt")) : Option.empty());
    return new ExecutorPods(client, namespace, conf.getAppId());
  }

  private FilterWatchListDeletable<Pod, PodList, PodResource> pods() {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabel("spark-app-selector", application)
        .withLabel("spark-role", "executor");
  }

  /** Records how pods ended. */
  private final class Ends implements Watcher<Pod> {
    @Override
    public void eventReceived(Action action, Pod pod) {
      if (pod != null && "Failed".equals(pod.getStatus().getPhase())) {
        ends.put(pod.getMetadata().getName(), Pods.end(pod));
      }
    }

    @Override
    public void onClose(WatcherException cause) {
      // The recorded ends are used; waiting pods are looked up.
    }
  }

  @Override
  public Optional<FirstExecutor.Fault> fault() {
    if (ends.size() >= ENOUGH) {
      Map.Entry<String, String> end = ends.entrySet().iterator().next();
      return Optional.of(
          new FirstExecutor.Fault(
              "%d pods have ended, such as pod %s (%s)"
                  .formatted(ends.size(), end.getKey(), end.getValue()),
              FirstExecutor.Hope.NONE));
    }
    try {
      return fault(pods().list().getItems());
    } catch (KubernetesClientException e) {
      return Optional.empty();
    }
  }

  /** The first pod that cannot start; otherwise the first pod that waits. */
  static Optional<FirstExecutor.Fault> fault(List<Pod> pods) {
    for (Pod pod : pods) {
      Optional<String> fault = Pods.fault(pod);
      if (fault.isPresent()) {
        return Optional.of(
            new FirstExecutor.Fault(named(pod, fault.get()), FirstExecutor.Hope.LITTLE));
      }
    }
    for (Pod pod : pods) {
      Optional<String> waiting = Pods.waiting(pod);
      if (waiting.isPresent()) {
        return Optional.of(
            new FirstExecutor.Fault(named(pod, waiting.get()), FirstExecutor.Hope.SOME));
      }
    }
    return Optional.empty();
  }

  private static String named(Pod pod, String words) {
    return "pod %s: %s".formatted(pod.getMetadata().getName(), words);
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
    client.close();
  }
}
