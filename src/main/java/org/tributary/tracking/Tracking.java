package org.tributary.tracking;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.Store;
import org.tributary.config.TrackersSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.run.RunFolder;

/**
 * Keeps the trackers of a run up to date, in a thread of its own: a tracker that is slow or fails
 * neither stops nor slows the rounds.
 */
public final class Tracking {
  private static final Logger LOG = LoggerFactory.getLogger(Tracking.class);

  /** How long a server may take to answer. */
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** Pauses before a server is asked again, in milliseconds. */
  private static final long[] PAUSES = {500, 2_000};

  /** How long the end of a run waits for its trackers, in seconds. */
  private static final int LONGEST = 30;

  /** The same for a driver that was told to stop, which has little time. */
  private static final int LONGEST_IF_STOPPED = 5;

  private final Store store;
  private final RunFolder folder;
  private final List<Followed> trackers;
  private final AtomicBoolean asked = new AtomicBoolean();
  private final AtomicBoolean begun = new AtomicBoolean();
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "tributary-trackers");
            thread.setDaemon(true);
            return thread;
          });
  private TrackedRun run;

  /** A tracker, and whether it has failed. */
  private static final class Followed {
    private final Tracker tracker;
    private boolean warned;
    private boolean behind;

    private Followed(Tracker tracker) {
      this.tracker = tracker;
    }
  }

  Tracking(Store store, RunFolder folder, List<Tracker> trackers) {
    this.store = store;
    this.folder = folder;
    this.trackers = trackers.stream().map(Followed::new).toList();
  }

  /**
   * The trackers that a configuration asks for.
   *
   * @param store reaches the run's folder
   * @param config of the run
   * @return to be ended
   * @throws IOException if the file system cannot be reached
   */
  public static Tracking of(Store store, TrainConfig config) throws IOException {
    RunFolder folder = new RunFolder(store.path(config.out()));
    List<Tracker> trackers = new ArrayList<>();
    if (config.trackers().tensorboard()) {
      trackers.add(new TensorBoard(store, folder.tensorboard()));
    }
    if (config.trackers().mlflow() != null) {
      trackers.add(mlflow(store, config.trackers().mlflow()));
    }
    return new Tracking(store, folder, trackers);
  }

  private static Mlflow mlflow(Store store, TrackersSection.Mlflow config) {
    Optional<String> credentials = MlflowCredentials.header(System::getenv);
    MlflowServer server = new MlflowServer(config.url(), credentials, ANSWER);
    return new Mlflow(store, new MlflowCalls(server, config.experiment()), PAUSES);
  }

  /**
   * Checks, before a run begins, that its trackers can be reached. A run that has begun is not
   * stopped by them.
   *
   * @param store reaches the run's folder
   * @param config of the run
   * @throws WrongInput if a server cannot be reached, or refuses the credentials
   * @throws IOException if the file system fails
   */
  public static void check(Store store, TrainConfig config) throws IOException {
    TrackersSection.Mlflow mlflow = config.trackers().mlflow();
    if (mlflow != null && !store.exists(new RunFolder(store.path(config.out())).config())) {
      mlflow(store, mlflow).check();
    }
  }

  /** Says that the run has begun, or that a round is closed; returns at once. */
  public void update() {
    begun.set(true);
    if (!trackers.isEmpty() && !asked.getAndSet(true)) {
      worker.execute(
          () -> {
            asked.set(false);
            sync();
          });
    }
  }

  /**
   * Gives the trackers the rest and ends. Waits for at most half a minute, or five seconds if the
   * driver was told to stop. Trackers hear nothing of a run that this driver has not begun, because
   * another driver may be at work on it.
   *
   * @param ending how the run ended
   */
  public void end(Ending ending) {
    if (!trackers.isEmpty() && begun.get()) {
      worker.execute(() -> last(ending));
    }
    worker.shutdown();
    try {
      int longest = ending == Ending.KILLED ? LONGEST_IF_STOPPED : LONGEST;
      if (!worker.awaitTermination(longest, TimeUnit.SECONDS)) {
        worker.shutdownNow();
        LOG.warn(
            "{}: the trackers did not take everything within {} s; run the same command again to send them the rest",
            folder.root(),
            longest);
      }
    } catch (InterruptedException e) {
      worker.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private void sync() {
    for (Followed each : trackers) {
      attempt(each, () -> each.tracker.sync(run()));
    }
  }

  private void last(Ending ending) {
    sync();
    for (Followed each : trackers) {
      if (!each.behind) {
        attempt(each, () -> each.tracker.end(run(), ending));
      }
      if (each.behind) {
        LOG.warn(
            "{} lacks rounds of {}; run the same command again to send them",
            each.tracker.name(),
            folder.root());
      }
    }
  }

  /** The run, if it has begun to write its tables. */
  private TrackedRun run() throws IOException {
    if (run == null) {
      run = new TrackedRun(store, folder);
    }
    return run;
  }

  /** What a tracker does. */
  private interface Step {
    void run() throws IOException;
  }

  /** Warns once of a tracker that fails. */
  private static void attempt(Followed each, Step step) {
    try {
      step.run();
      each.behind = false;
    } catch (IOException | RuntimeException e) {
      each.behind = true;
      if (!each.warned) {
        each.warned = true;
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        LOG.warn(
            "{}: {}; training goes on, and what is missing is sent after a later round",
            each.tracker.name(),
            reason.lines().findFirst().orElse(""));
      }
    }
  }
}
