package org.tributary.tracking;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.UUID;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.run.RunFolder;

/**
 * A run on an MLflow server. The file {@code mlflow.json} of the run's folder has a random id, and
 * the run on the server has it as a tag: that is how a resumed run finds its run again. MLflow only
 * adds to the values of a metric, so the server is asked which rounds it has, at the start and
 * after every fault, and only the others are sent.
 */
final class Mlflow implements Tracker {
  /** The tag with the id. */
  static final String TAG = "tributary.id";

  private static final String RUNNING = "RUNNING";

  private final Store store;
  private final MlflowCalls calls;
  private final long[] pauses;
  private final Set<String> sent = new HashSet<>();
  private String id;
  private String status;
  private boolean away;

  /**
   * What {@code mlflow.json} holds.
   *
   * @param id of the run, on any server
   */
  private record Identity(String id) {}

  /**
   * A run's tracker.
   *
   * @param store reaches the run's folder
   * @param calls of the server
   * @param pauses before a fault that may pass is tried again, in milliseconds
   */
  Mlflow(Store store, MlflowCalls calls, long... pauses) {
    this.store = store;
    this.calls = calls;
    this.pauses = pauses.clone();
  }

  @Override
  public String name() {
    return "trackers.mlflow";
  }

  /**
   * Checks URL and credentials before a run begins. Changes nothing.
   *
   * @throws WrongInput if the server cannot be asked for the experiment
   */
  void check() throws IOException {
    try {
      calls.experiment();
    } catch (MlflowFault e) {
      throw new WrongInput(
          "trackers.mlflow: %s; or remove trackers.mlflow to train without it"
              .formatted(e.getMessage()),
          e);
    }
  }

  @Override
  public void sync(TrackedRun run) throws IOException {
    repeatedly(() -> send(run));
  }

  @Override
  public void end(TrackedRun run, Ending ending) throws IOException {
    repeatedly(
        () -> {
          open(run);
          // A run that had ended before and was only looked at keeps its time.
          if (!status.equals(Ending.FINISHED.name()) || ending != Ending.FINISHED) {
            update(ending.name(), Optional.of(System.currentTimeMillis()));
          }
        });
  }

  /** What is tried again. */
  private interface Step {
    void run() throws IOException;
  }

  /**
   * Tries again after faults that may pass; only once as long as the server has been away. After a
   * fault nobody knows what the server has taken, so it is asked.
   */
  private void repeatedly(Step step) throws IOException {
    for (int tries = 0; ; tries++) {
      try {
        step.run();
        away = false;
        return;
      } catch (IOException e) {
        id = null;
        boolean passing = e instanceof MlflowFault fault && fault.isPassing();
        if (!passing || away || tries == pauses.length) {
          away = true;
          throw e;
        }
      }
      try {
        Thread.sleep(pauses[tries]);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("stopped while waiting for the server", e);
      }
    }
  }

  private void send(TrackedRun run) throws IOException {
    open(run);
    List<ObjectNode> missing = new ArrayList<>();
    for (TrackedRound round : run.rounds()) {
      round
          .scalars()
          .forEach(
              (key, value) -> {
                if (!sent.contains(at(key, round.round()))) {
                  missing.add(MlflowBatches.metric(key, value, round));
                }
              });
    }
    // A run that had ended and was only looked at keeps its status.
    boolean looked = missing.isEmpty() && status.equals(Ending.FINISHED.name());
    if (!status.equals(RUNNING) && !looked) {
      update(RUNNING, Optional.empty());
    }
    for (List<ObjectNode> batch : MlflowBatches.ofMetrics(missing)) {
      calls.log(id, "metrics", batch);
      batch.forEach(m -> sent.add(at(m.path("key").asText(), m.path("step").asInt())));
    }
  }

  /** Finds the run on the server or creates it, and asks what the server has. */
  private void open(TrackedRun run) throws IOException {
    if (id != null) {
      return;
    }
    String experiment = calls.experimentForRuns();
    String identity = identity(run.folder());
    Optional<MlflowCalls.ServerRun> known = calls.find(experiment, TAG, identity);
    MlflowCalls.ServerRun there =
        known.isPresent()
            ? known.get()
            : calls.create(experiment, run.name(), run.begun(), tags(run, identity));
    status = there.status();
    Set<String> keys = new TreeSet<>();
    run.rounds().forEach(round -> keys.addAll(round.scalars().keySet()));
    sent.clear();
    for (String key : keys) {
      calls.steps(there.id(), key).forEach(step -> sent.add(at(key, step)));
    }
    parameters(run, there);
    id = there.id();
  }

  /** The run's id, from its first start with a server. */
  private String identity(RunFolder folder) throws IOException {
    if (!store.exists(folder.mlflow())) {
      JsonFiles.commit(store, folder.mlflow(), new Identity(UUID.randomUUID().toString()));
    }
    return JsonFiles.read(store, folder.mlflow(), Identity.class).id();
  }

  private static Map<String, String> tags(TrackedRun run, String identity) throws IOException {
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put(TAG, identity);
    tags.put("tributary.run", run.facts().path("name").asText());
    tags.put("tributary.out", run.folder().root().toString());
    tags.put("tributary.version", run.facts().path("version").asText());
    tags.put("mlflow.runName", run.name());
    tags.put("mlflow.source.name", "tributary");
    tags.put("mlflow.source.git.commit", run.facts().path("commit").asText());
    return tags;
  }

  /** Parameters never change on a server: those of the first start are sent, once. */
  private void parameters(TrackedRun run, MlflowCalls.ServerRun there) throws IOException {
    SortedMap<String, String> missing = MlflowBatches.parameters(run.config());
    missing.keySet().removeAll(there.parameters());
    for (SortedMap<String, String> batch : MlflowBatches.ofParameters(missing)) {
      try {
        calls.log(there.id(), "params", MlflowBatches.pairs(batch));
      } catch (MlflowFault e) {
        if (!e.is("INVALID_PARAMETER_VALUE")) {
          throw e;
        }
        calls.log(there.id(), "params", MlflowBatches.pairs(MlflowBatches.cutForOld(batch)));
      }
    }
  }

  private void update(String now, Optional<Long> ended) throws IOException {
    calls.update(id, now, ended);
    status = now;
  }

  private static String at(String key, int round) {
    return key + "@" + round;
  }
}
