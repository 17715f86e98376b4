package org.tributary.cluster;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Describes the status of a pod as text. */
public final class Pods {
  /** Reasons of waiting containers that do not go away until somebody fixes them. */
  private static final Set<String> FAULTS =
      Set.of(
          "ErrImagePull",
          "ErrImageNeverPull",
          "ImagePullBackOff",
          "ImageInspectError",
          "InvalidImageName",
          "CreateContainerConfigError",
          "CreateContainerError",
          "RunContainerError",
          "CrashLoopBackOff");

  private Pods() {}

  /**
   * Why a pod cannot start, such as a missing image or secret.
   *
   * @param pod as reported by the cluster
   * @return reason and message; empty if it only needs time
   */
  public static Optional<String> fault(Pod pod) {
    return first(pod, ContainerState::getWaiting)
        .filter(waiting -> FAULTS.contains(waiting.getReason()))
        .map(waiting -> words(waiting.getReason(), waiting.getMessage()));
  }

  /**
   * Why a pod waits: a fault, or no node with enough room.
   *
   * @param pod as reported by the cluster
   * @return reason and message; empty if it does not wait, or the cluster reports no reason
   */
  public static Optional<String> waiting(Pod pod) {
    return first(pod, ContainerState::getWaiting)
        .map(waiting -> words(waiting.getReason(), waiting.getMessage()))
        .or(() -> unscheduled(pod));
  }

  private static Optional<String> unscheduled(Pod pod) {
    if (!"Pending".equals(pod.getStatus().getPhase())) {
      return Optional.empty();
    }
    for (PodCondition condition : pod.getStatus().getConditions()) {
      if ("PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus())) {
        return Optional.of(words(condition.getReason(), condition.getMessage()));
      }
    }
    return Optional.empty();
  }

  /**
   * How a pod's container ended.
   *
   * @param pod as reported by the cluster
   * @return exit code and reason; empty while it runs or waits
   */
  public static Optional<ContainerStateTerminated> ended(Pod pod) {
    return first(pod, ContainerState::getTerminated);
  }

  /**
   * Describes the end of a pod.
   *
   * @param pod that has ended
   * @return its container's exit code and reason, or the pod's own reason, for example an eviction
   */
  public static String end(Pod pod) {
    return ended(pod)
        .map(
            e ->
                words("exit code %d, %s".formatted(e.getExitCode(), e.getReason()), e.getMessage()))
        .orElseGet(
            () ->
                pod.getStatus().getReason() == null
                    ? "without a reason"
                    : words(pod.getStatus().getReason(), pod.getStatus().getMessage()));
  }

  private static String words(String reason, String message) {
    String first = message == null ? "" : message.strip().lines().findFirst().orElse("");
    return first.isEmpty() ? reason : reason + ": " + first;
  }

  /** The first container in such a state, among init containers and main containers. */
  private static <T> Optional<T> first(Pod pod, Function<ContainerState, T> state) {
    List<ContainerStatus> all = new ArrayList<>(pod.getStatus().getContainerStatuses());
    all.addAll(pod.getStatus().getInitContainerStatuses());
    return all.stream()
        .map(ContainerStatus::getState)
        .filter(Objects::nonNull)
        .map(state)
        .filter(Objects::nonNull)
        .findFirst();
  }
}
