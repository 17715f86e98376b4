package org.tributary.federation;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.batch.Examples;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.client.Assignment;
import org.tributary.client.ClientFailure;
import org.tributary.client.LocalTraining;
import org.tributary.client.StepListener;
import org.tributary.client.TrainingResult;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;
import org.tributary.executor.Devices;
import org.tributary.executor.LoadedRun;
import org.tributary.executor.TaskTrouble;
import org.tributary.model.Model;
import org.tributary.protocol.ChangedRows;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.run.Blueprint;
import org.tributary.run.GlobalState;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.torch.Machine;
import org.tributary.torch.Torch;

/**
 * A task's work: one client's round, from reading its rows to committing its update. All its output
 * is in files.
 *
 * @param spec of the run
 * @param round counted from 0
 * @param states path of each client's own state, by client; clients that start have none
 * @param progress reports steps to the driver
 */
record ClientWork(
    Broadcast<RunSpec> spec, int round, Map<String, String> states, StepProgress progress)
    implements Serializable {
  private static final Logger LOG = LoggerFactory.getLogger(ClientWork.class);
  static final String OPTIMIZER = "optimizer/";

  /** Trains a client unless an earlier attempt of this task has committed. Returns its id. */
  String run(String client) throws Exception {
    RunFolder folder = spec.value().folder();
    Store store = spec.value().store();
    // The driver has just listed the updates, so only an earlier attempt of this task can have
    // committed one. Listing them for each client would take time that grows with all clients.
    if (TaskContext.get().attemptNumber() > 0 && isCommitted(store, folder, client)) {
      return client;
    }
    String attempt = attempt();
    try (Devices.BorrowedDevice loan = Devices.borrow();
        LoadedRun loaded = LoadedRun.take(spec.value(), loan.device())) {
      train(loaded, folder, client, attempt);
    } catch (InterruptedException | TaskKilledException e) {
      throw e;
    } catch (Exception | OutOfMemoryError e) {
      if (TaskContext.get().isInterrupted() || Thread.currentThread().isInterrupted()) {
        throw e; // Spark ends the task, which is not the client's fault
      }
      Optional<Trouble> trouble = TaskTrouble.in(e);
      if (trouble.isPresent()) {
        throw trouble.get(); // not the client's fault either: the task may be tried again elsewhere
      }
      // The driver reports errors that have their own message. The trace of others is only in this
      // log.
      if (!(e instanceof WrongInput || e instanceof ClientFailure)) {
        LOG.info("client {} failed in round {}", client, round + 1, e);
      }
      Failure failure = new Failure(client, attempt, reason(e), e instanceof ClientFailure);
      JsonFiles.commit(store, folder.failure(round, client, attempt), failure);
    }
    return client;
  }

  /**
   * The reason why an attempt failed.
   *
   * @param client id
   * @param attempt application and task attempt
   * @param reason as text
   * @param diverged whether the training itself failed, so that trying it again ends as before;
   *     false in files of earlier versions
   */
  record Failure(String client, String attempt, String reason, boolean diverged) {}

  private static String reason(Throwable e) {
    boolean ours = e.getClass().getName().startsWith("org.tributary.");
    return ours ? e.getMessage() : e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  private boolean isCommitted(Store store, RunFolder folder, String client) throws IOException {
    for (FileStatus file : store.list(folder.updates(round))) {
      if (RunFolder.Attempt.of(file.getPath())
          .filter(a -> !a.failed() && a.client().equals(client))
          .isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static String attempt() {
    TaskContext task = TaskContext.get();
    return SparkEnv.get().conf().getAppId().replace('.', '-') + "-" + task.taskAttemptId();
  }

  private void train(LoadedRun loaded, RunFolder folder, String client, String attempt)
      throws IOException {
    Blueprint blueprint = loaded.blueprint();
    int threads = blueprint.config().client().threads();
    Torch.prepareThread(threads);
    ClientListener listener = Listeners.forClients(SparkEnv.get().conf());
    Examples rows = loaded.rows(blueprint.trainParts(client));
    RoundPlan plan = blueprint.ranks().plan(client, blueprint.plan(round));
    Map<String, HostTensor> given = loaded.given(folder, round);
    Map<String, HostTensor> start = new TreeMap<>(blueprint.start(client, round, given));
    Map<String, HostTensor> optimizer = new TreeMap<>();
    plan.of(Role.OWN).keySet().forEach(name -> start.put(name, plan.start(name)));
    Map<String, HostTensor> own = own(loaded, client, optimizer);
    start.putAll(own);
    Assignment assignment =
        new Assignment(client, round, rows, plan, blueprint.modelTensors(), start, optimizer);
    StepListener steps =
        (step, of, loss) -> {
          progress.done(client, step, of, loss);
          listener.on(ClientListener.Moment.STEP, client, round, step);
          loaded.checkGoesOn();
        };
    try (NDManager manager = Torch.manager(loaded.device());
        Model model = loaded.model().withScaling(blueprint.ranks().scaling(client))) {
      TrainingResult trained =
          new LocalTraining(model, blueprint.recipe(), blueprint.framework().local())
              .train(assignment, manager, steps);
      new Writing(loaded, folder, listener, given, own).commit(assignment, trained, attempt);
    }
  }

  /**
   * The client's own tensors after its last round. The state of its optimizer is kept separately.
   */
  private Map<String, HostTensor> own(
      LoadedRun loaded, String client, Map<String, HostTensor> optimizer) throws IOException {
    Map<String, HostTensor> own = new TreeMap<>();
    String state = states.get(client);
    if (state == null) {
      return own;
    }
    SafeTensors.read(loaded.store(), new Path(state))
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(OPTIMIZER)) {
                optimizer.put(name.substring(OPTIMIZER.length()), tensor);
              } else {
                own.put(name, tensor);
              }
            });
    return own;
  }

  /** Commits state and update, in that order. */
  private final class Writing {
    private final LoadedRun loaded;
    private final RunFolder folder;
    private final ClientListener listener;
    private final Map<String, HostTensor> given;
    private final Map<String, HostTensor> own;

    /**
     * {@code given} is the server's state, {@code own} the client's, of which unchanged parts stay.
     */
    Writing(
        LoadedRun loaded,
        RunFolder folder,
        ClientListener listener,
        Map<String, HostTensor> given,
        Map<String, HostTensor> own) {
      this.given = given;
      this.own = own;
      this.loaded = loaded;
      this.folder = folder;
      this.listener = listener;
    }

    void commit(Assignment a, TrainingResult trained, String attempt) throws IOException {
      int last = trained.facts().steps();
      Map<String, HostTensor> up = new TreeMap<>();
      Map<String, HostTensor> kept = new TreeMap<>(own);
      trained
          .tensors()
          .forEach(
              (name, tensor) -> {
                if (a.plan().says(name, Role::goesUp)) {
                  up.putAll(ChangedRows.sent(name, given.get(name), a.start().get(name), tensor));
                }
                if (a.plan().says(name, role -> role.keeper() == Role.Keeper.CLIENT)) {
                  kept.put(name, tensor);
                }
              });
      trained.optimizerState().forEach((name, tensor) -> kept.put(OPTIMIZER + name, tensor));
      if (!kept.isEmpty()) {
        write(
            folder.state(round, a.client(), attempt),
            kept,
            Map.of(),
            () -> listener.on(ClientListener.Moment.STATE_WRITTEN, a.client(), round, last));
      }
      ClientReport report = report(a, trained.facts(), attempt, bytes(up));
      write(
          folder.update(round, a.client(), attempt),
          up,
          Map.of(ClientReport.KEY, report.json()),
          () -> listener.on(ClientListener.Moment.UPDATE_WRITTEN, a.client(), round, last));
      listener.on(ClientListener.Moment.COMMITTED, a.client(), round, last);
    }

    private void write(
        Path file, Map<String, HostTensor> tensors, Map<String, String> facts, Runnable before)
        throws IOException {
      Map<String, String> metadata = new HashMap<>(facts);
      metadata.put("format", "pt");
      loaded.store().commit(file, SafeTensors.content(tensors, metadata), before);
    }

    private ClientReport report(
        Assignment a, TrainingResult.Facts facts, String attempt, long bytesUp) throws IOException {
      return new ClientReport(
          a.client(),
          round,
          attempt,
          a.rows().size(),
          facts.steps(),
          facts.tokens(),
          facts.lossFirst(),
          facts.lossLast(),
          facts.lossMean(),
          facts.gradientNorm(),
          facts.truncatedRows(),
          facts.seconds(),
          a.plan().trainableParameters(),
          facts.optimizerBytes(),
          bytesDown(a),
          bytesUp,
          InetAddress.getLocalHost().getHostName(),
          loaded.device().toString(),
          loaded.blueprint().config().client().threads(),
          Machine.cpuCapability(),
          Machine.peakMemoryBytes(),
          facts.losses());
    }

    /**
     * For weights that clients receive and do not train, only the changes since their last round.
     */
    private long bytesDown(Assignment a) throws IOException {
      Blueprint blueprint = loaded.blueprint();
      Map<String, HostTensor> down = new TreeMap<>(a.start());
      down.keySet().retainAll(blueprint.down(a.client(), round));
      Set<String> given = new TreeSet<>(down.keySet());
      given.removeIf(
          name ->
              !a.plan().says(name, role -> role == Role.GIVEN)
                  || !blueprint.base().used().containsKey(name));
      if (given.isEmpty()) {
        return bytes(down);
      }
      down.keySet().removeAll(given);
      long changes = 0;
      int since = blueprint.lastRound(a.client(), round);
      try (GlobalState state =
          GlobalState.open(loaded.store(), folder, blueprint.plan(round), round)) {
        for (String name : given) {
          changes += state.bytesSince(name, since);
        }
      }
      return bytes(down) + changes;
    }
  }

  private static long bytes(Map<String, HostTensor> tensors) {
    return tensors.values().stream().mapToLong(t -> t.data().remaining()).sum();
  }
}
