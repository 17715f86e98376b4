package org.tributary.federation;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.ObjectStores;
import org.tributary.checkpoint.Store;
import org.tributary.error.StopRequest;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;

/**
 * One driver at a time works in a run's folder. The lock is a sequence of files that are created
 * and never changed: {@code <generation>.json} by the driver that takes the lock, {@code
 * <generation>.<n>} by each renewal, {@code <generation>.released} at the end. A generation is free
 * when it is released, when its process is known to be gone (same host), or when nobody renewed it
 * for a lease while we watched: no clocks are compared. Object stores may report to two drivers at
 * once that they created a file. So a driver checks a little later whose file it is.
 *
 * <p>The lock saves work. Results do not depend on it: all files of a run are written once and the
 * first one wins, so even two drivers at once could not damage them.
 */
final class RunLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);
  private static final String HELD = ".json";
  private static final String RELEASED = ".released";

  /** Hadoop's key for the wait before the lock is read back, in milliseconds. */
  static final String SETTLE = "tributary.store.settle";

  /** The time after which another driver that had begun to create the same object has finished. */
  private static final long SETTLED_MILLIS = 2_000;

  /**
   * The holder of a generation of the lock.
   *
   * @param application of Spark
   * @param host name
   * @param pid process
   * @param started when that process began
   * @param leaseSeconds after which a silent holder has lost it
   */
  record Holder(String application, String host, long pid, String started, int leaseSeconds) {
    static Holder me(String application, int leaseSeconds) {
      ProcessHandle self = ProcessHandle.current();
      return new Holder(application, hostName(), self.pid(), started(self), leaseSeconds);
    }

    /** True if it is certain: the process ran on this host and does not exist any more. */
    boolean isGone() {
      if (!host.equals(hostName())) {
        return false;
      }
      Optional<ProcessHandle> process = ProcessHandle.of(pid);
      return process.isEmpty() || !Objects.equals(started(process.get()), started);
    }

    private static String started(ProcessHandle process) {
      return process.info().startInstant().map(Instant::toString).orElse("unknown");
    }

    private static String hostName() {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        return "unknown";
      }
    }
  }

  private final Store store;
  private final Path folder;
  private final long generation;
  private final Holder me;
  private final ScheduledExecutorService renewer;
  private long renewals;

  private RunLock(Store store, Path folder, long generation, Holder me) {
    this.store = store;
    this.folder = folder;
    this.generation = generation;
    this.me = me;
    renewer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "tributary-lock");
              thread.setDaemon(true);
              return thread;
            });
    long third = Math.max(1, me.leaseSeconds() * 1000L / 3);
    renewer.scheduleAtFixedRate(this::renew, third, third, TimeUnit.MILLISECONDS);
  }

  /**
   * Takes the lock, waiting for a silent holder's lease to run out.
   *
   * @param store of the run
   * @param folder of locks
   * @param application that asks
   * @param leaseSeconds of our own lease
   * @return to be closed
   * @throws WrongInput if another driver is at work
   */
  static RunLock take(Store store, Path folder, String application, int leaseSeconds)
      throws IOException, InterruptedException {
    Holder me = Holder.me(application, leaseSeconds);
    while (true) {
      long last = lastGeneration(store, folder);
      try {
        if (last > 0 && !isFree(store, folder, last)) {
          throw inUse(store, folder, last);
        }
      } catch (FileNotFoundException e) {
        continue; // a newer holder has cleared the files of this generation away: look again
      }
      if (JsonFiles.commit(store, held(folder, last + 1), me)
          && isMine(store, folder, last + 1, me)) {
        if (lastGeneration(store, folder) > last + 1) {
          continue; // so slow that a newer holder had cleared this generation away already
        }
        forget(store, folder, last + 1);
        return new RunLock(store, folder, last + 1, me);
      }
    }
  }

  /**
   * Whether a generation that was just created is ours: if two drivers create it at once, the later
   * object stays.
   */
  private static boolean isMine(Store store, Path folder, long generation, Holder me)
      throws IOException, InterruptedException {
    if (!ObjectStores.hold(folder)) {
      return true;
    }
    Thread.sleep(store.fileSystem(folder).getConf().getLong(SETTLE, SETTLED_MILLIS));
    try {
      return JsonFiles.read(store, held(folder, generation), Holder.class).equals(me);
    } catch (FileNotFoundException e) {
      return false; // a newer holder has cleared it away
    }
  }

  private static WrongInput inUse(Store store, Path folder, long generation) throws IOException {
    Holder holder = holder(store, folder, generation);
    return new WrongInput(
        "%s is in use by application %s (process %d on %s); wait until it ends, or use another out"
            .formatted(folder.getParent(), holder.application(), holder.pid(), holder.host()));
  }

  /** No result of a run is lost with its lock. */
  private static Holder holder(Store store, Path folder, long generation) throws IOException {
    try {
      return JsonFiles.read(store, held(folder, generation), Holder.class);
    } catch (WrongInput e) {
      throw new WrongInput(
          "%s is damaged; see that no other driver works on this run, and remove the folder %s"
              .formatted(held(folder, generation), folder),
          e);
    }
  }

  private static boolean isFree(Store store, Path folder, long generation)
      throws IOException, InterruptedException {
    if (store.exists(name(folder, generation, RELEASED))) {
      return true;
    }
    Holder holder = holder(store, folder, generation);
    if (holder.isGone()) {
      LOG.info("the run's last driver (process {}) is gone; continuing", holder.pid());
      return true;
    }
    List<String> seen = names(store, folder);
    LOG.info(
        "the run was left locked by application {} on {}; waiting up to {} s to see whether it is"
            + " alive",
        holder.application(),
        holder.host(),
        holder.leaseSeconds());
    long end = System.nanoTime() + Duration.ofSeconds(holder.leaseSeconds()).toNanos();
    while (System.nanoTime() < end) {
      Thread.sleep(Math.min(500, holder.leaseSeconds() * 100L));
      if (store.exists(name(folder, generation, RELEASED)) || holder.isGone()) {
        return true;
      }
      if (!names(store, folder).equals(seen)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Checks that no other driver took over the lock while this process could not renew it.
   *
   * @throws Trouble if another driver did
   */
  void check() throws IOException {
    if (lastGeneration(store, folder) != generation
        || !JsonFiles.read(store, held(folder, generation), Holder.class).equals(me)) {
      throw new Trouble(
          folder.getParent()
              + ": another driver took the run over while this one was silent; look at that one",
          null);
    }
  }

  private synchronized void renew() {
    try {
      store.commit(name(folder, generation, "." + (renewals + 1)), out -> out.write('\n'));
      store.delete(name(folder, generation, "." + renewals));
      renewals++;
    } catch (IOException | RuntimeException e) {
      LOG.warn("the run's lock could not be renewed: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    renewer.shutdown();
    // If this thread is asked to stop meanwhile, the lock must still be released.
    boolean asked = StopRequest.take();
    synchronized (this) {
      try {
        store.commit(name(folder, generation, RELEASED), out -> out.write('\n'));
        store.delete(name(folder, generation, "." + renewals));
      } catch (IOException e) {
        withdraw(e);
      }
    }
    if (asked) {
      StopRequest.to(Thread.currentThread());
    }
  }

  /** If no file can be created, one can still be deleted: the lock's own. */
  private void withdraw(IOException reason) {
    try {
      store.delete(held(folder, generation));
      store.delete(name(folder, generation, "." + renewals));
    } catch (IOException e) {
      // The next driver sees that this process has ended, or waits for the lease to end.
      LOG.warn("the run's lock could not be released: {}", reason.getMessage());
    }
  }

  private static void forget(Store store, Path folder, long mine) throws IOException {
    for (FileStatus file : store.list(folder)) {
      if (generation(file.getPath()) < mine) {
        store.delete(file.getPath());
      }
    }
  }

  private static long lastGeneration(Store store, Path folder) throws IOException {
    return store.list(folder).stream().mapToLong(f -> generation(f.getPath())).max().orElse(0);
  }

  private static List<String> names(Store store, Path folder) throws IOException {
    return store.list(folder).stream().map(f -> f.getPath().getName()).toList();
  }

  private static long generation(Path file) {
    String name = file.getName();
    return Long.parseLong(name.substring(0, name.indexOf('.')));
  }

  private static Path held(Path folder, long generation) {
    return name(folder, generation, HELD);
  }

  private static Path name(Path folder, long generation, String end) {
    return new Path(folder, String.format(Locale.ROOT, "%08d%s", generation, end));
  }
}
