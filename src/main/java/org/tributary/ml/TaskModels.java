package org.tributary.ml;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.TaskKilledException;
import org.tributary.executor.Devices;
import org.tributary.torch.Torch;

/**
 * The model of one task, on each device that the task uses. The task keeps it until it ends, so
 * that the models of several Transformers in one task do not push each other out of memory. A GPU
 * is borrowed for one batch at a time: a task that waits for a GPU holds none, although several
 * Transformers of a task may need one. Another thread than the one that computes may end the task,
 * so computing and closing exclude each other.
 */
final class TaskModels implements AutoCloseable {
  private final ModelSource source;
  private final int threads;
  private final Map<Device, LoadedModel> taken = new LinkedHashMap<>();
  private boolean closed;

  /** Work on a batch. */
  interface Work<R> {
    /** Computes with the model; the manager owns the intermediate arrays. */
    R of(LoadedModel loaded, NDManager scratch);
  }

  TaskModels(ModelSource source, int threads) {
    this.source = source;
    this.threads = threads;
  }

  /**
   * Computes with the model on a device of this task.
   *
   * @throws UncheckedIOException if a file system fails
   * @throws TaskKilledException if the task ends while it waits for a GPU
   */
  synchronized <R> R with(Work<R> work) {
    if (closed) {
      throw new TaskKilledException("its task has ended");
    }
    try (Devices.BorrowedDevice loan = Devices.borrow()) {
      Torch.prepareThread(threads);
      LoadedModel loaded = taken.get(loan.device());
      if (loaded == null) {
        loaded = LoadedModel.take(source, loan.device());
        taken.put(loan.device(), loaded);
      }
      try (NDManager scratch = Torch.manager(loan.device())) {
        return work.of(loaded, scratch);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TaskKilledException("interrupted while it waited for a GPU");
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    taken.values().forEach(LoadedModel::close);
    taken.clear();
  }
}
